// One tile of one scale: both pictures' channels there, and what is blurred of them.
#pragma once

#include <array>

#include "eye/blur.hpp"
#include "eye/field.hpp"
#include "eye/linear.hpp"
#include "eye/maps.hpp"
#include "eye/planes.hpp"
#include "eye/region.hpp"

namespace foveate {

// Tiles fit a core's cache, and hold whole luma blocks at every scale.
constexpr int kTileRows = 64;
constexpr int kTileCols = 256;

struct Tiling {
  int height;
  int width;

  int across() const { return divide_up(width, kTileCols); }
  int down() const { return divide_up(height, kTileRows); }
  int count() const { return down() * across(); }
  Region region(int tile) const;
};

// A picture as tiles look at it: its channels are made where they are asked for, or are kept.
class Side {
 public:
  explicit Side(const Pyramid& pyramid) : pyramid_(&pyramid) {}
  explicit Side(const Planes& planes) : planes_(&planes) {}

  int height(int scale) const {
    return pyramid_ ? pyramid_->height(scale) : planes_->layout.scale(scale).height;
  }
  int width(int scale) const {
    return pyramid_ ? pyramid_->width(scale) : planes_->layout.scale(scale).width;
  }
  const Planes* kept() const { return planes_; }

  // X, Y and B - Y of the region, or `only_y`; 0 outside the picture, where the blur finds nothing.
  // What is not kept is put into `sheets`.
  void look(int scale, const Region& region, bool only_y, std::array<Sheet, kChannels>& sheets,
            std::array<PlaneView, kChannels>& views) const;

 private:
  const Pyramid* pyramid_ = nullptr;
  const Planes* planes_ = nullptr;
};

// The sum of a field's values, over what lies beyond its rows' ends too.
double sum_of(const Sheet& field);

// Its memory serves one region after another.
class Tile {
 public:
  // Loads both pictures for errors in `region`. Without `decoded` there is no error. `only_y`: of
  // the channels, Y alone will be asked for.
  void load(const Side& original, const Side* decoded, int scale, const Region& region,
            bool only_y);

  // How much the samples count from now on.
  void weigh(const ScaledField& field);

  // Blurs a channel: rows are ready.
  void blur_channel(int channel);
  // Row `y` of the region.
  LocalRow row(int y) const;

  double field_sum() const { return sum_of(field_); }

 private:
  int scale_ = 0;
  int height_ = 0;  // of the scale
  int width_ = 0;
  Region region_{};
  std::array<Sheet, kChannels> original_sheets_, decoded_sheets_;
  std::array<PlaneView, kChannels> original_;  // with kBlurReach more samples at every edge
  std::array<PlaneView, kChannels> decoded_;
  const Planes* kept_ = nullptr;  // of the original
  bool alike_ = true;
  Sheet field_;
  Sheet terms_, between_;
  Sheet original_blurred_, decoded_mean_, squares_, product_;
  PlaneView original_mean_;
  int channel_ = 0;
};

}  // namespace foveate
