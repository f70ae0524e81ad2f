// How decoders bring 4:2:0 chroma to full size: libjpeg's triangle filter, 9:3:3:1, and its adjoint.
#pragma once

#include <algorithm>
#include <cstdint>

namespace foveate {

// libjpeg repeats samples where a row has no more than so many.
constexpr int kRepeatedChroma = 2;

// Row `y` of the picture from the plane's rows around it: its own and the nearer neighbour's.
// Rounded as libjpeg does, which is up in even columns and down in odd ones.
inline void upsample_row(const std::uint8_t* own, const std::uint8_t* neighbour, int chroma_width,
                         int width, float* out) {
  if (chroma_width <= kRepeatedChroma) {
    for (int x = 0; x < width; ++x) out[x] = static_cast<float>(own[x / 2]);
    return;
  }
  for (int x = 0; x < width; ++x) {
    const int at = x / 2;
    const int beside = std::clamp(x % 2 == 0 ? at - 1 : at + 1, 0, chroma_width - 1);
    const int near = 3 * own[at] + neighbour[at], far = 3 * own[beside] + neighbour[beside];
    out[x] = static_cast<float>((3 * near + far + (x % 2 == 0 ? 8 : 7)) >> 4);
  }
}

// The adjoint of the filter along one axis: `in(i)` for i in [0, size) to sample `at` of the half.
template <class Values>
float downsample_adjoint(Values&& in, int size, int at) {
  const int half = (size + 1) / 2, first = 2 * at;
  const auto value = [&](int i) { return i >= 0 && i < size ? in(i) : 0.0f; };
  float sum = 0.75f * (value(first) + value(first + 1));
  sum += 0.25f * (at > 0 ? value(first - 1) : value(0));
  sum += 0.25f * (at < half - 1 ? value(first + 2) : value(first + 1));
  return sum;
}

}  // namespace foveate
