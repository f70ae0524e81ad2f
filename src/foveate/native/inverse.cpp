#include "inverse.hpp"

#include <algorithm>
#include <memory>

#include "dct.hpp"
#include "parallel.hpp"
#include "upsampling.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

// A component's samples, whole blocks of them.
struct Plane {
  int width;
  std::unique_ptr<std::uint8_t[]> samples;

  const std::uint8_t* row(int y) const {
    return samples.get() + static_cast<std::ptrdiff_t>(y) * width;
  }
};

FOVEATE_CLONES
void clamp_row(const float* in, int count, float shift, std::uint8_t* out) {
  for (int x = 0; x < count; ++x) {
    const float value = std::min(std::max(in[x] + shift, 0.0f), 255.0f);
    out[x] = static_cast<std::uint8_t>(static_cast<int>(value + 0.5f));
  }
}

FOVEATE_CLONES
void colour_row(const float* __restrict y, const float* __restrict cb, const float* __restrict cr,
                int count, float* __restrict r, float* __restrict g, float* __restrict b) {
  for (int x = 0; x < count; ++x) {
    const float blue = cb[x] - 128.0f, red = cr[x] - 128.0f;
    r[x] = y[x] + 1.402f * red;
    g[x] = y[x] - 0.344136286f * blue - 0.714136286f * red;
    b[x] = y[x] + 1.772f * blue;
  }
}

Plane samples_of(const Grid<const std::int16_t>& levels, const float* steps, int threads) {
  Plane plane{levels.cols * 8, nullptr};
  plane.samples.reset(new std::uint8_t[static_cast<std::size_t>(levels.rows) *
                                       static_cast<std::size_t>(levels.cols) * kBlock]);
  parallel_for(levels.rows, threads, [&](int row) {
    std::vector<float> values(static_cast<std::size_t>(plane.width) * 8);
    inverse_dct(levels.block(row, 0), steps, levels.cols, values.data(), plane.width);
    for (std::ptrdiff_t y = 0; y < 8; ++y)
      clamp_row(values.data() + y * plane.width, plane.width, 128.0f,
                plane.samples.get() + (row * std::ptrdiff_t{8} + y) * plane.width);
  });
  return plane;
}

}  // namespace

void inverse(const std::vector<Grid<const std::int16_t>>& levels,
             const std::vector<std::array<float, kBlock>>& steps,
             const std::vector<Sampling>& sampling, int height, int width, std::uint8_t* pixels,
             int threads) {
  std::vector<Plane> planes;
  for (std::size_t c = 0; c < levels.size(); ++c)
    planes.push_back(samples_of(levels[c], steps[c].data(), threads));
  const bool halved = sampling[0].h == 2;
  parallel_for(height, threads, [&](int y) {
    std::uint8_t* out = pixels + static_cast<std::ptrdiff_t>(y) * width *
                                     static_cast<std::ptrdiff_t>(planes.size());
    if (planes.size() == 1) {
      std::copy(planes[0].row(y), planes[0].row(y) + width, out);
      return;
    }
    const auto count = static_cast<std::size_t>(width);
    std::vector<float> rows(count * 6);
    std::vector<std::uint8_t> bytes(count * 3);
    float* at[6];
    for (std::size_t i = 0; i < 6; ++i) at[i] = rows.data() + i * count;
    for (std::size_t c = 0; c < 3; ++c) {
      if (c > 0 && halved) {
        const int chroma_height = divide_up(height, 2), chroma_width = divide_up(width, 2);
        const int beside = std::clamp(y % 2 == 0 ? y / 2 - 1 : y / 2 + 1, 0, chroma_height - 1);
        upsample_row(planes[c].row(y / 2), planes[c].row(beside), chroma_width, width, at[c]);
      } else {
        std::copy(planes[c].row(y), planes[c].row(y) + width, at[c]);
      }
    }
    colour_row(at[0], at[1], at[2], width, at[3], at[4], at[5]);
    for (std::size_t c = 0; c < 3; ++c) clamp_row(at[3 + c], width, 0.0f, &bytes[c * count]);
    for (std::size_t x = 0; x < count; ++x)
      for (std::size_t c = 0; c < 3; ++c) out[3 * x + c] = bytes[c * count + x];
  });
}

}  // namespace foveate
