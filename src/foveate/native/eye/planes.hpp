// X, Y and B - Y of a whole picture at every scale, for pictures that are looked at again and again.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "eye/blur.hpp"
#include "eye/linear.hpp"
#include "eye/region.hpp"
#include "eye/ssimulacra2.hpp"

namespace foveate {

// Where each plane lies in one piece of memory: those of the channels that count, and what is
// blurred of them where that is kept too.
class PlaneLayout {
 public:
  PlaneLayout(int height, int width, const ScaleWeights& weights, bool blurred);

  struct Plane {
    std::ptrdiff_t first;  // of its row 0, column 0, within the memory
    std::ptrdiff_t stride;
  };
  struct Scale {
    int height;
    int width;
    bool only_y;
    std::array<bool, kChannels> kept;
    std::array<Plane, kChannels> values;
    std::array<Plane, kChannels> blurred;
  };

  std::size_t size() const { return size_; }  // in samples
  int scales() const { return static_cast<int>(scales_.size()); }
  const Scale& scale(int scale) const { return scales_[static_cast<std::size_t>(scale)]; }

 private:
  Plane added(int rows, int cols, int margin);

  std::vector<Scale> scales_;
  std::size_t size_ = 0;
};

// Fills planes with a picture. Around it they are 0.
void fill_planes(const Picture& picture, const PlaneLayout& layout, bool blurred, float* memory,
                 int threads);

// Planes that are filled.
struct Planes {
  const PlaneLayout& layout;
  const float* memory;

  // A region's samples, which may reach 2 * kBlurReach beyond the picture.
  PlaneView values(int scale, std::size_t channel, const Region& region) const;
  // A region of what is blurred, which may reach kBlurReach beyond.
  PlaneView blurred(int scale, std::size_t channel, const Region& region) const;
};

}  // namespace foveate
