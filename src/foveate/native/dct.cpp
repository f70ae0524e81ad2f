#include "dct.hpp"

#include "blocks.hpp"

namespace foveate {
namespace {

// cos(k pi / 16) / 2 for k = 1..7; kC4 is also 1/sqrt(8), the weight of the zeroth basis vector.
constexpr float kC1 = 0.490392640201615f;
constexpr float kC2 = 0.461939766255643f;
constexpr float kC3 = 0.415734806151273f;
constexpr float kC4 = 0.353553390593274f;
constexpr float kC5 = 0.277785116509801f;
constexpr float kC6 = 0.191341716182545f;
constexpr float kC7 = 0.097545161008064f;

// Eight orthonormal 8-point DCTs at once, one a column: in[k][i] -> out[k][i]. The loop over
// columns is innermost so that compilers turn it into vector instructions.
void transform_columns(const float (*in)[8], float (*out)[8]) {
  for (int i = 0; i < 8; ++i) {
    const float s0 = in[0][i] + in[7][i], d0 = in[0][i] - in[7][i];
    const float s1 = in[1][i] + in[6][i], d1 = in[1][i] - in[6][i];
    const float s2 = in[2][i] + in[5][i], d2 = in[2][i] - in[5][i];
    const float s3 = in[3][i] + in[4][i], d3 = in[3][i] - in[4][i];
    const float t0 = s0 + s3, t3 = s0 - s3;
    const float t1 = s1 + s2, t2 = s1 - s2;
    out[0][i] = (t0 + t1) * kC4;
    out[4][i] = (t0 - t1) * kC4;
    out[2][i] = t3 * kC2 + t2 * kC6;
    out[6][i] = t3 * kC6 - t2 * kC2;
    out[1][i] = (d0 * kC1 + d1 * kC3) + (d2 * kC5 + d3 * kC7);
    out[3][i] = (d0 * kC3 - d1 * kC7) - (d2 * kC1 + d3 * kC5);
    out[5][i] = (d0 * kC5 - d1 * kC1) + (d2 * kC7 + d3 * kC3);
    out[7][i] = (d0 * kC7 - d1 * kC5) + (d2 * kC3 - d3 * kC1);
  }
}

void transpose(const float (*in)[8], float (*out)[8]) {
  for (int r = 0; r < 8; ++r)
    for (int c = 0; c < 8; ++c) out[c][r] = in[r][c];
}

}  // namespace

void forward_dct(const float* samples, std::ptrdiff_t stride, float* zigzag) {
  alignas(32) float a[8][8];
  alignas(32) float b[8][8];
  for (int r = 0; r < 8; ++r)
    for (int c = 0; c < 8; ++c) a[r][c] = samples[r * stride + c];
  transform_columns(a, b);
  transpose(b, a);
  transform_columns(a, b);  // b[u][v]: horizontal frequency u, vertical frequency v
  for (int k = 0; k < kBlock; ++k) {
    const int natural = kZigzag[k];
    zigzag[k] = b[natural & 7][natural >> 3];
  }
}

}  // namespace foveate
