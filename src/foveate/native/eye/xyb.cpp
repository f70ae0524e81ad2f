#include "eye/xyb.hpp"

#include "compilers.hpp"
#include "eye/cube_root.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

// The constants are libjxl's, as in foveate.metrics.quality.ssimulacra2.
constexpr float kOpsin[3][3] = {{0.30f, 0.622f, 0.078f},
                                {0.23f, 0.692f, 0.078f},
                                {0.24342268924547819f, 0.20476744424496821f, 0.5518098665095536f}};
constexpr float kBias = 0.0037930732552754493f;
constexpr float kBiasRoot = 0.15595420054924858f;

FOVEATE_INLINE float cone(int which, float r, float g, float b) {
  return kOpsin[which][0] * r + kOpsin[which][1] * g + kOpsin[which][2] * b + kBias;
}

// The slope of the cube root, from the root itself.
FOVEATE_INLINE float root_slope(float root) {
  return 1.0f / (3.0f * root * root);
}

}  // namespace

FOVEATE_CLONES
void xyb_row(const ConstRowOf3& linear, int count, const RowOf3& xyb) {
  const float* r = linear.plane[0];
  const float* g = linear.plane[1];
  const float* b = linear.plane[2];
  float* x_out = xyb.plane[0];
  float* y_out = xyb.plane[1];
  float* b_out = xyb.plane[2];
  FOVEATE_NO_ALIAS
  for (int i = 0; i < count; ++i) {
    const float root0 = cube_root(cone(0, r[i], g[i], b[i]));
    const float root1 = cube_root(cone(1, r[i], g[i], b[i]));
    const float root2 = cube_root(cone(2, r[i], g[i], b[i]));
    const float y = 0.5f * (root0 + root1) - kBiasRoot;
    x_out[i] = 7.0f * (root0 - root1) + 0.42f;
    y_out[i] = y + 0.01f;
    b_out[i] = root2 - kBiasRoot - y + 0.55f;
  }
}

FOVEATE_CLONES
void y_row(const ConstRowOf3& linear, int count, float* y_out) {
  const float* r = linear.plane[0];
  const float* g = linear.plane[1];
  const float* b = linear.plane[2];
  FOVEATE_NO_ALIAS
  for (int i = 0; i < count; ++i) {
    const float root0 = cube_root(cone(0, r[i], g[i], b[i]));
    const float root1 = cube_root(cone(1, r[i], g[i], b[i]));
    y_out[i] = 0.5f * (root0 + root1) - kBiasRoot + 0.01f;
  }
}

FOVEATE_CLONES
void xyb_gradient_row(const ConstRowOf3& linear, int count, const RowOf3& gradient) {
  const float* r = linear.plane[0];
  const float* g = linear.plane[1];
  const float* b = linear.plane[2];
  float* first = gradient.plane[0];
  float* second = gradient.plane[1];
  float* third = gradient.plane[2];
  FOVEATE_NO_ALIAS
  for (int i = 0; i < count; ++i) {
    const float by_x = 7.0f * first[i], by_b = third[i];
    const float by_y = 0.5f * (second[i] - by_b);
    const float cone0 = (by_y + by_x) * root_slope(rough_cube_root(cone(0, r[i], g[i], b[i])));
    const float cone1 = (by_y - by_x) * root_slope(rough_cube_root(cone(1, r[i], g[i], b[i])));
    const float cone2 = by_b * root_slope(rough_cube_root(cone(2, r[i], g[i], b[i])));
    first[i] = kOpsin[0][0] * cone0 + kOpsin[1][0] * cone1 + kOpsin[2][0] * cone2;
    second[i] = kOpsin[0][1] * cone0 + kOpsin[1][1] * cone1 + kOpsin[2][1] * cone2;
    third[i] = kOpsin[0][2] * cone0 + kOpsin[1][2] * cone1 + kOpsin[2][2] * cone2;
  }
}

FOVEATE_CLONES
void squared_slopes_row(ConstRowOf3 linear, ConstRowOf3 slope, int count, float* const out[9]) {
  for (int k = 0; k < 3; ++k) {
    float* of_x = out[k];
    float* of_y = out[3 + k];
    float* of_b = out[6 + k];
    FOVEATE_NO_ALIAS
    for (int i = 0; i < count; ++i) {
      const float r = linear.plane[0][i], g = linear.plane[1][i], b = linear.plane[2][i];
      const float red = kRgbOfYcc[0][k] * slope.plane[0][i];
      const float green = kRgbOfYcc[1][k] * slope.plane[1][i];
      const float blue = kRgbOfYcc[2][k] * slope.plane[2][i];
      float cones[3];
      for (int c = 0; c < 3; ++c)
        cones[c] = (kOpsin[c][0] * red + kOpsin[c][1] * green + kOpsin[c][2] * blue) *
                   root_slope(rough_cube_root(cone(c, r, g, b)));
      const float x = 7.0f * (cones[0] - cones[1]), y = 0.5f * (cones[0] + cones[1]);
      const float yellow = cones[2] - y;
      of_x[i] = x * x;
      of_y[i] = y * y;
      of_b[i] = yellow * yellow;
    }
  }
}

}  // namespace foveate
