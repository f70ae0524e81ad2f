#include "dct.hpp"

#include <cmath>

#include "blocks.hpp"
#include "compilers.hpp"
#include "vectors.hpp"

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

// kZigzag with rows and columns swapped, as two passes over columns leave a block.
constexpr std::uint8_t kTurnedZigzag[kBlock] = {
    0,  8,  1,  2,  9,  16, 24, 17, 10, 3,  4,  11, 18, 25, 32, 40, 33, 26, 19, 12, 5,  6,
    13, 20, 27, 34, 41, 48, 56, 49, 42, 35, 28, 21, 14, 7,  15, 22, 29, 36, 43, 50, 57, 58,
    51, 44, 37, 30, 23, 31, 38, 45, 52, 59, 60, 53, 46, 39, 47, 54, 61, 62, 55, 63};

// Eight orthonormal 8-point DCTs at once, one a column: in[k][i] -> out[k][i]. The loop over
// columns is innermost so that compilers turn it into vector instructions.
inline void transform_columns(const float (*in)[8], float (*out)[8]) {
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

// Three perfect shuffles of 64 numbers swap the halves of their six-bit indices: rows and columns.
// Compilers know how to interleave, not how to transpose.
inline void transpose(const float (*in)[8], float (*out)[8]) {
  alignas(32) float between[2][kBlock];
  const float* from[3] = {in[0], between[0], between[1]};
  float* to[3] = {between[0], between[1], out[0]};
  for (int turn = 0; turn < 3; ++turn)
    for (int i = 0; i < kBlock / 2; ++i) {
      to[turn][2 * i] = from[turn][i];
      to[turn][2 * i + 1] = from[turn][i + kBlock / 2];
    }
}

// One block: out[u][v] has horizontal frequency u, vertical frequency v.
FOVEATE_INLINE void transform_block(const float* samples,
                                    std::ptrdiff_t stride,
                                    float (*out)[8]) {
  alignas(32) float a[8][8];
  alignas(32) float b[8][8];
  for (int r = 0; r < 8; ++r)
    for (int c = 0; c < 8; ++c) a[r][c] = samples[r * stride + c];
  transform_columns(a, b);
  transpose(b, a);
  transform_columns(a, out);
}

// The transpose of transform_columns, which is its inverse.
inline void restore_columns(const float (*in)[8], float (*out)[8]) {
  for (int i = 0; i < 8; ++i) {
    const float sum = (in[0][i] + in[4][i]) * kC4, difference = (in[0][i] - in[4][i]) * kC4;
    const float outer = in[2][i] * kC2 + in[6][i] * kC6, inner = in[2][i] * kC6 - in[6][i] * kC2;
    const float s0 = sum + outer, s3 = sum - outer;
    const float s1 = difference + inner, s2 = difference - inner;
    const float d0 = (in[1][i] * kC1 + in[3][i] * kC3) + (in[5][i] * kC5 + in[7][i] * kC7);
    const float d1 = (in[1][i] * kC3 - in[3][i] * kC7) - (in[5][i] * kC1 + in[7][i] * kC5);
    const float d2 = (in[1][i] * kC5 - in[3][i] * kC1) + (in[5][i] * kC7 + in[7][i] * kC3);
    const float d3 = (in[1][i] * kC7 - in[3][i] * kC5) + (in[5][i] * kC3 - in[7][i] * kC1);
    out[0][i] = s0 + d0;
    out[7][i] = s0 - d0;
    out[1][i] = s1 + d1;
    out[6][i] = s1 - d1;
    out[2][i] = s2 + d2;
    out[5][i] = s2 - d2;
    out[3][i] = s3 + d3;
    out[4][i] = s3 - d3;
  }
}

}  // namespace

FOVEATE_CLONES
void forward_dct(const float* samples, std::ptrdiff_t stride, int blocks, std::int16_t* zigzag) {
  alignas(32) float turned[8][8];
  alignas(32) std::int16_t units[kBlock];
  for (int n = 0; n < blocks; ++n, samples += 8, zigzag += kBlock) {
    transform_block(samples, stride, turned);
    const float* flat = turned[0];
    for (int i = 0; i < kBlock; ++i) {
      const float value = flat[i] / kUnit;
      units[i] = static_cast<std::int16_t>(static_cast<int>(value + std::copysign(0.5f, value)));
    }
    for (int k = 0; k < kBlock; ++k) zigzag[k] = units[kTurnedZigzag[k]];
  }
}

FOVEATE_CLONES
void forward_dct(const float* samples, std::ptrdiff_t stride, int blocks, float* zigzag) {
  alignas(32) float turned[8][8];
  for (int n = 0; n < blocks; ++n, samples += 8, zigzag += kBlock) {
    transform_block(samples, stride, turned);
    const float* flat = turned[0];
    for (int k = 0; k < kBlock; ++k) zigzag[k] = flat[kTurnedZigzag[k]];
  }
}

FOVEATE_CLONES
void inverse_dct(const std::int16_t* levels, const float* steps, int blocks, float* samples,
                 std::ptrdiff_t stride) {
  alignas(32) float a[8][8];
  alignas(32) float b[8][8];
  for (int n = 0; n < blocks; ++n, samples += 8, levels += kBlock) {
    float* flat = a[0];
    for (int k = 0; k < kBlock; ++k)
      flat[kTurnedZigzag[k]] = steps[k] * static_cast<float>(levels[k]);
    restore_columns(a, b);
    transpose(b, a);
    restore_columns(a, b);
    for (int r = 0; r < 8; ++r)
      for (int c = 0; c < 8; ++c) samples[r * stride + c] = b[r][c];
  }
}

}  // namespace foveate
