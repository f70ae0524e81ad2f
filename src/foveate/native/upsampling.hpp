// The adjoint of how decoders bring 4:2:0 chroma to full size, the triangle filter 9:3:3:1.
#pragma once

namespace foveate {

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
