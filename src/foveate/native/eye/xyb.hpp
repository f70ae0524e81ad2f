// Linear light to SSIMULACRA 2's channels X, Y and B - Y, and the way back of a gradient.
#pragma once

namespace foveate {

constexpr int kChannels = 3;

// JFIF's YCbCr to RGB: what R, G and B rise by as Y, Cb and Cr do.
constexpr float kRgbOfYcc[3][3] = {
    {1.0f, 0.0f, 1.402f}, {1.0f, -0.344136286f, -0.714136286f}, {1.0f, 1.772f, 0.0f}};

// A row of three planes.
struct RowOf3 {
  float* plane[kChannels];
};
struct ConstRowOf3 {
  const float* plane[kChannels];
};

void xyb_row(const ConstRowOf3& linear, int count, const RowOf3& xyb);

// Y alone, in less time.
void y_row(const ConstRowOf3& linear, int count, float* y_out);

// A gradient by X, Y and B - Y turned into one by linear light, in place.
void xyb_gradient_row(const ConstRowOf3& linear, int count, const RowOf3& gradient);

// The squares of what X, Y and B - Y of pixels rise by as their Y, Cb and Cr do: 9 rows,
// [channel * 3 + component]. `slope`: of linear light by the sRGB samples R, G and B.
void squared_slopes_row(ConstRowOf3 linear, ConstRowOf3 slope, int count, float* const out[9]);

}  // namespace foveate
