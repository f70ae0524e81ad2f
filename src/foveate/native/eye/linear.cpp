#include "eye/linear.hpp"

#include <algorithm>
#include <cmath>

#include "parallel.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

TransferCurve srgb_curve() {
  TransferCurve curve;
  for (std::size_t i = 0; i < curve.light.size(); ++i) {
    const double sample = static_cast<double>(i) / 255.0, base = (sample + 0.055) / 1.055;
    const bool dark = sample <= 0.04045;
    curve.light[i] = static_cast<float>(dark ? sample / 12.92 : std::pow(base, 2.4));
    curve.slope[i] = static_cast<float>(
        (dark ? 1.0 / 12.92 : 2.4 / 1.055 * std::pow(base, 1.4)) / 255.0);
  }
  return curve;
}

}  // namespace

const TransferCurve& TransferCurve::srgb() {
  static const TransferCurve curve = srgb_curve();
  return curve;
}

void looked_up(const Picture& picture, int y, int left, int count,
               const std::array<float, 256>& curve, const RowOf3& out) {
  const std::uint8_t* in =
      picture.pixels +
      (static_cast<std::ptrdiff_t>(y) * picture.width + left) * picture.channels;
  float* __restrict first = out.plane[0];
  float* __restrict second = out.plane[1];
  float* __restrict third = out.plane[2];
  if (picture.channels == 1) {
    for (int x = 0; x < count; ++x) first[x] = second[x] = third[x] = curve[in[x]];
    return;
  }
  for (int x = 0; x < count; ++x, in += 3) {
    first[x] = curve[in[0]];
    second[x] = curve[in[1]];
    third[x] = curve[in[2]];
  }
}

FOVEATE_CLONES
void halve_rows(const float* __restrict top, const float* __restrict bottom, int width,
                float* __restrict out) {
  for (int x = 0; x < width / 2; ++x)
    out[x] = ((top[2 * x] + top[2 * x + 1]) + (bottom[2 * x] + bottom[2 * x + 1])) * 0.25f;
  if (width % 2 == 1) out[width / 2] = (top[width - 1] + bottom[width - 1]) * 0.5f;
}

Pyramid::Pyramid(const Picture& picture, int scales, int threads) : picture_(picture) {
  scales_.push_back({picture.height, picture.width, {}});
  for (int s = 1; s < scales; ++s) {
    const int fine_height = height(s - 1), fine_width = width(s - 1);
    Scale scale{divide_up(fine_height, 2), divide_up(fine_width, 2), {}};
    for (auto& plane : scale.planes)
      plane.resize(static_cast<std::size_t>(scale.height) * static_cast<std::size_t>(scale.width));
    parallel_for(scale.height, threads, [&](int y) {
      std::vector<float> rows(static_cast<std::size_t>(fine_width) * 2 * kChannels);
      RowOf3 pair[2];
      for (int c = 0; c < kChannels; ++c)
        for (int half = 0; half < 2; ++half)
          pair[half].plane[c] = rows.data() + static_cast<std::ptrdiff_t>(2 * c + half) * fine_width;
      row(s - 1, 2 * y, 0, fine_width, pair[0]);
      row(s - 1, std::min(2 * y + 1, fine_height - 1), 0, fine_width, pair[1]);
      for (std::size_t c = 0; c < kChannels; ++c)
        halve_rows(pair[0].plane[c], pair[1].plane[c], fine_width,
                   scale.planes[c].data() + static_cast<std::ptrdiff_t>(y) * scale.width);
    });
    scales_.push_back(std::move(scale));
  }
}

void Pyramid::row(int scale, int y, int left, int count, const RowOf3& out) const {
  if (scale > 0) {
    const Scale& stored = scales_[static_cast<std::size_t>(scale)];
    for (std::size_t c = 0; c < kChannels; ++c) {
      const float* in =
          stored.planes[c].data() + static_cast<std::ptrdiff_t>(y) * stored.width + left;
      std::copy(in, in + count, out.plane[c]);
    }
    return;
  }
  looked_up(picture_, y, left, count, TransferCurve::srgb().light, out);
}

}  // namespace foveate
