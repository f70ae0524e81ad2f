#include "colour.hpp"

#include <algorithm>
#include <memory>

#include "dct.hpp"
#include "parallel.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

// One row of pixels as level-shifted Y, Cb, Cr, the last pixel repeated up to `padded` samples.
FOVEATE_CLONES
void convert_row(const Picture& picture, int y, int padded, float* const planes[3]) {
  const std::ptrdiff_t width = picture.width;
  if (picture.channels == 1) {
    const std::uint8_t* in = picture.pixels + y * width;
    for (int x = 0; x < picture.width; ++x) planes[0][x] = static_cast<float>(in[x]) - 128.0f;
  } else {
    const std::uint8_t* in = picture.pixels + y * width * 3;
    float* luma = planes[0];
    float* cb = planes[1];
    float* cr = planes[2];
    for (int x = 0; x < picture.width; ++x) {
      const float r = in[3 * x], g = in[3 * x + 1], b = in[3 * x + 2];
      luma[x] = kJfif[0][0] * r + kJfif[0][1] * g + kJfif[0][2] * b - 128.0f;
      cb[x] = kJfif[1][0] * r + kJfif[1][1] * g + kJfif[1][2] * b;
      cr[x] = kJfif[2][0] * r + kJfif[2][1] * g + kJfif[2][2] * b;
    }
  }
  for (int c = 0; c < picture.channels; ++c)
    std::fill(planes[c] + picture.width, planes[c] + padded, planes[c][picture.width - 1]);
}

// Means of 2x2 samples: 16 rows of `padded` samples to 8 rows of padded / 2; in place too, since
// what is written was read before.
FOVEATE_CLONES
void halve(const float* in, int padded, float* out) {
  const int half = padded / 2;
  for (int y = 0; y < 8; ++y) {
    const float* top = in + static_cast<std::ptrdiff_t>(2 * y) * padded;
    const float* bottom = top + padded;
    float* row = out + static_cast<std::ptrdiff_t>(y) * half;
    for (int x = 0; x < half; ++x)
      row[x] = ((top[2 * x] + top[2 * x + 1]) + (bottom[2 * x] + bottom[2 * x + 1])) * 0.25f;
  }
}

}  // namespace

std::vector<Sampling> component_sampling(int channels, bool chroma_420) {
  if (channels == 1) return {{1, 1}};
  const int luma = chroma_420 ? 2 : 1;
  return {{luma, luma}, {1, 1}, {1, 1}};
}

Grid<std::int16_t> component_grid(int height, int width, const std::vector<Sampling>& sampling,
                           int index) {
  const int h_max = sampling[0].h, v_max = sampling[0].v;
  const Sampling own = sampling[static_cast<std::size_t>(index)];
  const int mcu_rows = divide_up(height, 8 * v_max), mcu_cols = divide_up(width, 8 * h_max);
  return {nullptr, mcu_rows * own.v, mcu_cols * own.h,
          divide_up(divide_up(height * own.v, v_max), 8),
          divide_up(divide_up(width * own.h, h_max), 8)};
}

void forward(const Picture& picture, const std::vector<Sampling>& sampling,
             const std::vector<Grid<std::int16_t>>& grids, int threads) {
  const int v_max = sampling[0].v;
  const int strip_rows = 8 * v_max;
  const int padded = grids[0].cols * 8;
  const int mcu_rows = grids[0].rows / v_max;
  const auto strip_size = static_cast<std::size_t>(strip_rows) * static_cast<std::size_t>(padded);

  parallel_for(mcu_rows, threads, [&](int mcu_row) {
    // Not a vector, which would be filled with zeros first.
    const std::unique_ptr<float[]> strips(
        new float[strip_size * static_cast<std::size_t>(picture.channels)]);
    for (int y = 0; y < strip_rows; ++y) {
      float* rows[3] = {};
      for (int c = 0; c < picture.channels; ++c)
        rows[c] = strips.get() + static_cast<std::size_t>(c) * strip_size +
                  static_cast<std::size_t>(y) * static_cast<std::size_t>(padded);
      const int source = std::min(mcu_row * strip_rows + y, picture.height - 1);
      convert_row(picture, source, padded, rows);
    }
    for (std::size_t c = 0; c < grids.size(); ++c) {
      const Grid<std::int16_t>& grid = grids[c];
      float* plane = strips.get() + c * strip_size;
      std::ptrdiff_t stride = padded;
      if (sampling[c].h < sampling[0].h) {
        halve(plane, padded, plane);
        stride = padded / 2;
      }
      for (int v = 0; v < sampling[c].v; ++v)
        forward_dct(plane + v * 8 * stride, stride, grid.cols,
                    grid.block(mcu_row * sampling[c].v + v, 0));
    }
  });
}

}  // namespace foveate
