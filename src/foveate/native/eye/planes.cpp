#include "eye/planes.hpp"

#include <algorithm>

#include "parallel.hpp"

namespace foveate {
namespace {

constexpr int kMargin = 2 * kBlurReach;  // of values: regions that are blurred reach so far beyond
constexpr int kPairsAtOnce = 16;         // of rows
constexpr int kRowsAtOnce = 64;

using LinearPlanes = std::array<std::vector<float>, kChannels>;

// Sets what lies around `rows` x `cols` samples to 0, and what loops may read beyond a row's end.
void clear_margins(const PlaneLayout::Plane& plane, int rows, int cols, int margin, float* memory) {
  float* first = memory + plane.first - margin * plane.stride - margin;
  std::fill(first, first + margin * plane.stride, 0.0f);
  for (int y = 0; y < rows; ++y) {
    float* row = memory + plane.first + y * plane.stride;
    std::fill(row - margin, row, 0.0f);
    std::fill(row + cols, row + plane.stride - margin, 0.0f);
  }
  float* below = memory + plane.first + rows * plane.stride - margin;
  std::fill(below, below + margin * plane.stride, 0.0f);
}

// One scale after another: its channels, and the linear light of the next.
class Filling {
 public:
  Filling(const Picture& picture, const PlaneLayout& layout, float* memory)
      : picture_(picture), layout_(layout), memory_(memory) {}

  // From the linear light of a scale, which is made of the picture at full size.
  LinearPlanes scale(int at, const LinearPlanes& linear, int threads) const {
    const PlaneLayout::Scale& scale = layout_.scale(at);
    LinearPlanes halved;
    if (at + 1 < layout_.scales())
      for (auto& plane : halved)
        plane.resize(static_cast<std::size_t>(divide_up(scale.height, 2)) *
                     static_cast<std::size_t>(divide_up(scale.width, 2)));
    const int pairs = divide_up(scale.height, 2);
    parallel_for(divide_up(pairs, kPairsAtOnce), threads, [&](int n) {
      std::vector<float> scratch(static_cast<std::size_t>(scale.width) * 3 * kChannels);
      const int end = std::min((n + 1) * kPairsAtOnce, pairs);
      for (int pair = n * kPairsAtOnce; pair < end; ++pair)
        rows(at, pair, linear, scratch.data(), halved);
    });
    return halved;
  }

 private:
  // Two rows of a scale and one of the next. An odd last row is its own partner.
  void rows(int at, int pair, const LinearPlanes& linear, float* scratch,
            LinearPlanes& halved) const {
    const PlaneLayout::Scale& scale = layout_.scale(at);
    const std::ptrdiff_t width = scale.width;
    ConstRowOf3 light[2] = {};
    for (int half = 0; half < 2; ++half) {
      const int y = 2 * pair + half;
      if (y == scale.height) {
        light[1] = light[0];
        break;
      }
      if (at == 0) {
        RowOf3 out{};
        for (int c = 0; c < kChannels; ++c)
          light[half].plane[c] = out.plane[c] = scratch + (half * kChannels + c) * width;
        looked_up(picture_, y, 0, scale.width, TransferCurve::srgb().light, out);
      } else {
        for (std::size_t c = 0; c < kChannels; ++c)
          light[half].plane[c] = linear[c].data() + y * width;
      }
      channels(scale, y, light[half], scratch + 2 * kChannels * width);
    }
    if (halved[0].empty()) return;
    for (std::size_t c = 0; c < kChannels; ++c)
      halve_rows(light[0].plane[c], light[1].plane[c], scale.width,
                 halved[c].data() + static_cast<std::ptrdiff_t>(pair) * divide_up(scale.width, 2));
  }

  // `spare`: three rows, for channels that are not kept.
  void channels(const PlaneLayout::Scale& scale, int y, const ConstRowOf3& light,
                float* spare) const {
    RowOf3 xyb{};
    for (std::size_t c = 0; c < kChannels; ++c) {
      const PlaneLayout::Plane& plane = scale.values[c];
      xyb.plane[c] = scale.kept[c]
                         ? memory_ + plane.first + y * plane.stride
                         : spare + static_cast<std::ptrdiff_t>(c) * scale.width;
    }
    if (!scale.only_y)
      xyb_row(light, scale.width, xyb);
    else if (scale.kept[1])
      y_row(light, scale.width, xyb.plane[1]);
  }

  const Picture& picture_;
  const PlaneLayout& layout_;
  float* memory_;
};

// Blurs a plane, and as much around it as its values reach.
void blur_plane(const PlaneLayout::Scale& scale, std::size_t channel, float* memory, int threads) {
  const PlaneLayout::Plane& values = scale.values[channel];
  const PlaneLayout::Plane& blurred = scale.blurred[channel];
  const int rows = scale.height + 2 * kBlurReach, cols = scale.width + 2 * kBlurReach;
  parallel_for(divide_up(rows, kRowsAtOnce), threads, [&](int n) {
    Sheet between, out;
    const int top = n * kRowsAtOnce, count = std::min(kRowsAtOnce, rows - top);
    const float* first = memory + values.first + (top - kMargin) * values.stride - kMargin;
    blur({first, count + 2 * kBlurReach, cols + 2 * kBlurReach, values.stride}, between, out);
    for (int y = 0; y < count; ++y)
      std::copy(out.row(y), out.row(y) + cols,
                memory + blurred.first + (top + y - kBlurReach) * blurred.stride - kBlurReach);
  });
}

}  // namespace

PlaneLayout::PlaneLayout(int height, int width, const ScaleWeights& weights, bool blurred) {
  for (const auto& own : weights) {
    Scale scale{height, width, !counts(own[0]) && !counts(own[2]), {}, {}, {}};
    for (std::size_t c = 0; c < kChannels; ++c) {
      scale.kept[c] = counts(own[c]);
      if (!scale.kept[c]) continue;
      scale.values[c] = added(height, width, kMargin);
      if (blurred) scale.blurred[c] = added(height, width, kBlurReach);
    }
    scales_.push_back(scale);
    height = divide_up(height, 2);
    width = divide_up(width, 2);
  }
}

PlaneLayout::Plane PlaneLayout::added(int rows, int cols, int margin) {
  const int wide = cols + 2 * margin;
  const std::ptrdiff_t stride =
      divide_up(wide, Sheet::kLanes) * std::ptrdiff_t{Sheet::kLanes} + Sheet::kLanes;
  const Plane plane{static_cast<std::ptrdiff_t>(size_) + margin * stride + margin, stride};
  size_ += static_cast<std::size_t>((rows + 2 * margin) * stride);
  return plane;
}

void fill_planes(const Picture& picture, const PlaneLayout& layout, bool blurred, float* memory,
                 int threads) {
  LinearPlanes linear;
  const Filling filling(picture, layout, memory);
  for (int s = 0; s < layout.scales(); ++s) {
    const PlaneLayout::Scale& scale = layout.scale(s);
    for (std::size_t c = 0; c < kChannels; ++c) {
      if (!scale.kept[c]) continue;
      clear_margins(scale.values[c], scale.height, scale.width, kMargin, memory);
      if (blurred)
        clear_margins(scale.blurred[c], scale.height, scale.width, kBlurReach, memory);
    }
    linear = filling.scale(s, linear, threads);
    for (std::size_t c = 0; c < kChannels; ++c)
      if (blurred && scale.kept[c]) blur_plane(scale, c, memory, threads);
  }
}

PlaneView Planes::values(int scale, std::size_t channel, const Region& region) const {
  const PlaneLayout::Plane& plane = layout.scale(scale).values[channel];
  return {memory + plane.first + region.top * plane.stride + region.left, region.rows, region.cols,
          plane.stride};
}

PlaneView Planes::blurred(int scale, std::size_t channel, const Region& region) const {
  const PlaneLayout::Plane& plane = layout.scale(scale).blurred[channel];
  return {memory + plane.first + region.top * plane.stride + region.left, region.rows, region.cols,
          plane.stride};
}

}  // namespace foveate
