#include "sharp_chroma.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <optional>

#include "dct.hpp"
#include "parallel.hpp"
#include "vectors.hpp"

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

using Samples = std::array<std::array<float, 8>, 8>;

// The kSide x kSide pixels of Cb or Cr around a block.
struct Window {
  const float* first;
  std::ptrdiff_t stride;
  const float* row(int y) const { return first + y * stride; }
};

FOVEATE_CLONES
void chroma_row(const std::uint8_t* __restrict rgb, int count, const float* share,
                float* __restrict out) {
  const float red = share[0], green = share[1], blue = share[2];
  for (int x = 0; x < count; ++x)
    out[x] = red * rgb[3 * x] + green * rgb[3 * x + 1] + blue * rgb[3 * x + 2];
}

constexpr int kRowsAtOnce = 4;  // of blocks

// Cb (0) or Cr (1) of some rows of blocks and what lies around them; the picture's edges repeat.
class Strip {
 public:
  Strip(const Picture& picture, int component, int top, int rows)
      : top_(top), stride_(16 * static_cast<std::ptrdiff_t>(divide_up(picture.width, 16)) + 2 * kReach) {
    const int high = 16 * rows + 2 * kReach;
    values_.reset(new float[static_cast<std::size_t>(high * stride_)]);
    for (int y = 0; y < high; ++y) {
      const int source = std::clamp(16 * top + y - kReach, 0, picture.height - 1);
      float* out = values_.get() + y * stride_;
      chroma_row(picture.pixels + static_cast<std::ptrdiff_t>(source) * picture.width * 3,
                 picture.width, kJfif[1 + component], out + kReach);
      std::fill(out, out + kReach, out[kReach]);
      float* end = out + kReach + picture.width;
      std::fill(end, out + stride_, end[-1]);
    }
  }

  Window window(int row, int col) const {
    return {values_.get() + 16 * (row - top_) * stride_ + 16 * std::ptrdiff_t{col}, stride_};
  }

 private:
  int top_;
  std::ptrdiff_t stride_;
  std::unique_ptr<float[]> values_;
};

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
          sample(window.row(y), kFirst - around + i);
    for (int j = 0; j < 8 + 2 * around; ++j)
      out[static_cast<std::size_t>(j)][static_cast<std::size_t>(i)] =
          sample(column.data(), kFirst - around + j);
  }
  return out;
}

// How far the interpolated means are from the block's pixels, root mean square.
float lost(const Window& window, const std::array<std::array<float, 10>, 10>& means) {
  float sum = 0.0f;
  for (std::size_t y = 0; y < 16; ++y) {
    const float* pixels = window.row(static_cast<int>(y) + kReach) + kReach;
    for (std::size_t x = 0; x < 16; ++x) {
      const std::size_t row = y / 2 + 1, col = x / 2 + 1;
      const std::size_t row2 = y % 2 == 0 ? row - 1 : row + 1;
      const std::size_t col2 = x % 2 == 0 ? col - 1 : col + 1;
      const float near = 0.75f * means[row][col] + 0.25f * means[row][col2];
      const float far = 0.75f * means[row2][col] + 0.25f * means[row2][col2];
      const float error = 0.75f * near + 0.25f * far - pixels[x];
      sum += error * error;
    }
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

bool sharpen_block(const Window& window, std::int16_t* block) {
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
  const int rows = chroma[0].used_rows, groups = divide_up(rows, kRowsAtOnce);
  parallel_for(2 * groups, threads, [&](int n) {
    const int component = n / groups, top = n % groups * kRowsAtOnce;
    const int bottom = std::min(top + kRowsAtOnce, rows);
    const Grid<std::int16_t>& grid = chroma[static_cast<std::size_t>(component)];
    std::optional<Strip> strip;
    for (int row = top; row < bottom; ++row)
      for (int col = 0; col < grid.used_cols; ++col) {
        if (flat(grid.block(row, col))) continue;
        if (!strip) strip.emplace(picture, component, top, bottom - top);
        if (sharpen_block(strip->window(row, col), grid.block(row, col))) any = true;
      }
  });
  return any;
}

}  // namespace foveate
