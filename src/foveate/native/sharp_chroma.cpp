#include "sharp_chroma.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "dct.hpp"
#include "parallel.hpp"

namespace foveate {
namespace {

constexpr int kReach = 12;  // pixels around a block of 16x16 that its samples depend on
constexpr int kSide = 16 + 2 * kReach;
constexpr int kFirst = kReach / 2;  // the pair of pixels that is the block's first sample
constexpr int kTaps = 5;

// What the means' interpolation may be off by in a block, root mean square: from the first on it
// counts, from the second on all of it is mended.
constexpr float kFrom = 8.0f, kTo = 16.0f;
// A block whose means vary by less than this has no such edges.
constexpr float kFlat = 4.0f;

using Window = std::array<std::array<float, kSide>, kSide>;
using Samples = std::array<std::array<float, 8>, 8>;

// Cb (0) or Cr (1) around a block; the picture's edges repeat.
void load(const Picture& picture, int component, int row, int col, Window& out) {
  const float* share = kJfif[1 + component];
  for (int y = 0; y < kSide; ++y) {
    const int source = std::clamp(16 * row + y - kReach, 0, picture.height - 1);
    const std::uint8_t* line =
        picture.pixels + static_cast<std::ptrdiff_t>(source) * picture.width * 3;
    for (int x = 0; x < kSide; ++x) {
      const std::uint8_t* in = line + 3 * std::clamp(16 * col + x - kReach, 0, picture.width - 1);
      out[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] =
          share[0] * in[0] + share[1] * in[1] + share[2] * in[2];
    }
  }
}

// The mean of a pair of pixels, pairs counted from the window's edge.
float mean_of_pair(const float* line, int pair) { return 0.5f * (line[2 * pair] + line[2 * pair + 1]); }

// The least-squares sample of a line: the adjoint of the triangle filter, and then the inverse of
// the filter times its adjoint. The latter is 3/8, 5/4, 3/8 on a line without ends, whose inverse
// falls by -1/3 from tap to tap.
float sharp_sample(const float* line, int pair) {
  float sum = 0.0f, weight = 1.0f, total = 0.0f;
  for (int n = 0; n <= kTaps; ++n, weight *= -1.0f / 3.0f)
    for (const int at : {pair - n, pair + n}) {
      if (n == 0 && total > 0.0f) continue;
      const float* in = line + 2 * at;
      sum += weight * (0.75f * (in[0] + in[1]) + 0.25f * (in[-1] + in[2]));
      total += weight;
    }
  return sum / (2.0f * total);
}

// Reduces the window to the block's samples, plus `around` more on every side, line by line.
template <int around, class Sample>
std::array<std::array<float, 8 + 2 * around>, 8 + 2 * around> halved(const Window& window,
                                                                     Sample&& sample) {
  std::array<std::array<float, 8 + 2 * around>, 8 + 2 * around> out;
  for (int i = 0; i < 8 + 2 * around; ++i) {
    std::array<float, kSide> column;
    for (int y = 0; y < kSide; ++y)
      column[static_cast<std::size_t>(y)] =
          sample(window[static_cast<std::size_t>(y)].data(), kFirst - around + i);
    for (int j = 0; j < 8 + 2 * around; ++j)
      out[static_cast<std::size_t>(j)][static_cast<std::size_t>(i)] =
          sample(column.data(), kFirst - around + j);
  }
  return out;
}

// How far the interpolated means are from the block's pixels, root mean square.
float lost(const Window& window, const std::array<std::array<float, 10>, 10>& means) {
  float sum = 0.0f;
  for (std::size_t y = 0; y < 16; ++y)
    for (std::size_t x = 0; x < 16; ++x) {
      const std::size_t row = y / 2 + 1, col = x / 2 + 1;
      const std::size_t row2 = y % 2 == 0 ? row - 1 : row + 1;
      const std::size_t col2 = x % 2 == 0 ? col - 1 : col + 1;
      const float near = 0.75f * means[row][col] + 0.25f * means[row][col2];
      const float far = 0.75f * means[row2][col] + 0.25f * means[row2][col2];
      const float error = 0.75f * near + 0.25f * far - window[y + kReach][x + kReach];
      sum += error * error;
    }
  return std::sqrt(sum / 256.0f);
}

bool flat(const std::int16_t* block) {
  float energy = 0.0f;
  for (int k = 1; k < kBlock; ++k) {
    const float value = kUnit * static_cast<float>(block[k]);
    energy += value * value;
  }
  return energy < kFlat * kFlat * kBlock;
}

bool sharpen_block(const Picture& picture, int component, int row, int col, std::int16_t* block) {
  if (flat(block)) return false;
  Window window;
  load(picture, component, row, col, window);
  const auto means = halved<1>(window, mean_of_pair);
  const float share = std::min((lost(window, means) - kFrom) / (kTo - kFrom), 1.0f);
  if (share <= 0.0f) return false;
  const auto sharp = halved<0>(window, sharp_sample);
  Samples samples;
  for (std::size_t y = 0; y < 8; ++y)
    for (std::size_t x = 0; x < 8; ++x) {
      const float mean = means[y + 1][x + 1];
      samples[y][x] = std::clamp(mean + share * (sharp[y][x] - mean), -128.0f, 127.0f);
    }
  forward_dct(samples[0].data(), 8, 1, block);
  return true;
}

}  // namespace

bool sharpen_chroma(const Picture& picture, const std::array<Grid<std::int16_t>, 2>& chroma,
                    int threads) {
  std::atomic<bool> any{false};
  const int rows = chroma[0].used_rows;
  parallel_for(2 * rows, threads, [&](int n) {
    const int component = n / rows, row = n % rows;
    const Grid<std::int16_t>& grid = chroma[static_cast<std::size_t>(component)];
    for (int col = 0; col < grid.used_cols; ++col)
      if (sharpen_block(picture, component, row, col, grid.block(row, col))) any = true;
  });
  return any;
}

}  // namespace foveate
