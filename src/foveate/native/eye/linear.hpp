// A picture in linear light, at full size and halved again and again.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "colour.hpp"
#include "eye/xyb.hpp"

namespace foveate {

// Linear light of each sRGB sample (IEC 61966-2-1), and its slope.
struct TransferCurve {
  std::array<float, 256> light;
  std::array<float, 256> slope;

  static const TransferCurve& srgb();
};

// `count` pixels of row `y` from column `left` on, each sample as the curve has it; grey ones three
// times.
void looked_up(const Picture& picture, int y, int left, int count,
               const std::array<float, 256>& curve, const RowOf3& out);

// Means of 2x2 pixels of two rows; an odd last pixel is its own partner.
void halve_rows(const float* top, const float* bottom, int width, float* out);

// Scale s is halved s times, by means of 2x2 pixels; an odd last row or column is its own partner.
// Full size is not stored but made of the picture's samples.
class Pyramid {
 public:
  Pyramid(const Picture& picture, int scales, int threads);

  const Picture& picture() const { return picture_; }
  int scales() const { return static_cast<int>(scales_.size()); }
  int height(int scale) const { return scales_[static_cast<std::size_t>(scale)].height; }
  int width(int scale) const { return scales_[static_cast<std::size_t>(scale)].width; }

  // `count` pixels of row `y` from column `left` on.
  void row(int scale, int y, int left, int count, const RowOf3& out) const;

 private:
  struct Scale {
    int height;
    int width;
    std::array<std::vector<float>, kChannels> planes;
  };

  Picture picture_;
  std::vector<Scale> scales_;
};

}  // namespace foveate
