#include "inverse.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "dct.hpp"
#include "parallel.hpp"
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

// libjpeg repeats samples where a row has no more than so many.
constexpr int kRepeatedChroma = 2;

FOVEATE_CLONES
void weighed_rows(const std::uint8_t* __restrict own, const std::uint8_t* __restrict neighbour,
                  int count, std::int16_t* __restrict out) {
  for (int x = 0; x < count; ++x) out[x] = static_cast<std::int16_t>(3 * own[x] + neighbour[x]);
}

// `in` has a sample before its first and one after its last.
FOVEATE_CLONES
void weighed_pairs(const std::int16_t* __restrict in, int count, float* __restrict out) {
  for (int x = 0; x < count; ++x) {
    out[2 * x] = static_cast<float>((3 * in[x] + in[x - 1] + 8) >> 4);
    out[2 * x + 1] = static_cast<float>((3 * in[x] + in[x + 1] + 7) >> 4);
  }
}

FOVEATE_CLONES
void interleave(const std::uint8_t* __restrict r, const std::uint8_t* __restrict g,
                const std::uint8_t* __restrict b, int count, std::uint8_t* __restrict out) {
  for (int x = 0; x < count; ++x) {
    out[3 * x] = r[x];
    out[3 * x + 1] = g[x];
    out[3 * x + 2] = b[x];
  }
}

// Turns rows of three planes into pixels, with memory of its own.
class Colours {
 public:
  Colours(const std::vector<Plane>& planes, bool halved, int height, int width)
      : planes_(planes),
        halved_(halved),
        height_(height),
        width_(width),
        even_(width + width % 2),
        values_(static_cast<std::size_t>(even_) * 6),
        weighed_(static_cast<std::size_t>(even_ / 2) + 2),
        bytes_(static_cast<std::size_t>(even_) * 3) {}

  void row(int y, std::uint8_t* out) {
    float* at[6];
    for (std::size_t i = 0; i < 6; ++i) at[i] = &values_[i * static_cast<std::size_t>(even_)];
    std::uint8_t* bytes[3];
    for (std::size_t c = 0; c < 3; ++c) {
      bytes[c] = &bytes_[c * static_cast<std::size_t>(even_)];
      if (c > 0 && halved_)
        upsample(planes_[c], y, at[c]);
      else
        std::copy(planes_[c].row(y), planes_[c].row(y) + width_, at[c]);
    }
    colour_row(at[0], at[1], at[2], width_, at[3], at[4], at[5]);
    for (std::size_t c = 0; c < 3; ++c) clamp_row(at[3 + c], width_, 0.0f, bytes[c]);
    interleave(bytes[0], bytes[1], bytes[2], width_, out);
  }

 private:
  // Row `y` of the picture from the plane's rows around it, as libjpeg does it: 9:3:3:1, rounded up
  // in even columns and down in odd ones. Beyond the picture's edge samples repeat.
  void upsample(const Plane& plane, int y, float* out) {
    const int half_height = divide_up(height_, 2), half_width = divide_up(width_, 2);
    const std::uint8_t* own = plane.row(y / 2);
    if (half_width <= kRepeatedChroma) {
      for (int x = 0; x < width_; ++x) out[x] = static_cast<float>(own[x / 2]);
      return;
    }
    const int beside = std::clamp(y % 2 == 0 ? y / 2 - 1 : y / 2 + 1, 0, half_height - 1);
    std::int16_t* first = weighed_.data() + 1;
    weighed_rows(own, plane.row(beside), half_width, first);
    first[-1] = first[0];
    first[half_width] = first[half_width - 1];
    weighed_pairs(first, half_width, out);
  }

  const std::vector<Plane>& planes_;
  bool halved_;
  int height_;
  int width_;
  int even_;  // the width, made even
  std::vector<float> values_;
  std::vector<std::int16_t> weighed_;
  std::vector<std::uint8_t> bytes_;
};

constexpr int kRowsAtOnce = 16;

Plane samples_of(const Grid<const std::int16_t>& levels, const float* steps, int threads) {
  Plane plane{levels.cols * 8, nullptr};
  plane.samples.reset(new std::uint8_t[static_cast<std::size_t>(levels.rows) *
                                       static_cast<std::size_t>(levels.cols) * kBlock]);
  parallel_for(levels.rows, threads, [&](int row) {
    const std::unique_ptr<float[]> values(new float[static_cast<std::size_t>(plane.width) * 8]);
    inverse_dct(levels.block(row, 0), steps, levels.cols, values.get(), plane.width);
    for (std::ptrdiff_t y = 0; y < 8; ++y)
      clamp_row(values.get() + y * plane.width, plane.width, 128.0f,
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
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(width) *
                                static_cast<std::ptrdiff_t>(planes.size());
  parallel_for(divide_up(height, kRowsAtOnce), threads, [&](int n) {
    std::optional<Colours> colours;
    if (planes.size() == 3) colours.emplace(planes, halved, height, width);
    const int end = std::min((n + 1) * kRowsAtOnce, height);
    for (int y = n * kRowsAtOnce; y < end; ++y) {
      if (colours)
        colours->row(y, pixels + y * stride);
      else
        std::copy(planes[0].row(y), planes[0].row(y) + width, pixels + y * stride);
    }
  });
}

}  // namespace foveate
