#include "eye/blur.hpp"

#include "vectors.hpp"

namespace foveate {
namespace {

// The Gaussian of 1.5 samples as three cosines (Charalampidis, IEEE TSP 64(14), 2016), which
// foveate.metrics.quality.ssimulacra2 derives; from its middle outwards.
constexpr float kWindow[kBlurReach + 1] = {0.2646211054881986f, 0.21292859201042233f,
                                           0.1093353727774604f, 0.036011114658364304f,
                                           0.009414367809653568f};

// One row: `taps` lie `step` samples apart.
FOVEATE_CLONES
void blur_row(const float* __restrict in, std::ptrdiff_t step, int count, float* __restrict out) {
  for (int x = 0; x < count; ++x) {
    const float* at = in + x;
    out[x] = ((kWindow[0] * at[4 * step] + kWindow[1] * (at[3 * step] + at[5 * step])) +
              kWindow[2] * (at[2 * step] + at[6 * step])) +
             (kWindow[3] * (at[step] + at[7 * step]) + kWindow[4] * (at[0] + at[8 * step]));
  }
}

}  // namespace

void blur(const PlaneView& in, Sheet& between, Sheet& out) {
  const int rows = in.rows - 2 * kBlurReach, cols = in.cols - 2 * kBlurReach;
  between.resize(1, in.cols);
  out.resize(rows, cols);
  for (int y = 0; y < rows; ++y) {
    blur_row(in.row(y), in.stride, in.cols, between.row(0));
    blur_row(between.row(0), 1, cols, out.row(y));
  }
}

}  // namespace foveate
