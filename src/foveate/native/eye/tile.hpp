// One tile of one scale: both pictures' channels there, and what is blurred of them.
#pragma once

#include <array>

#include "eye/blur.hpp"
#include "eye/field.hpp"
#include "eye/linear.hpp"
#include "eye/maps.hpp"

namespace foveate {

struct Region {
  int top;
  int left;
  int rows;
  int cols;

  Region grown(int by) const { return {top - by, left - by, rows + 2 * by, cols + 2 * by}; }
};

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

// Its memory serves one region after another.
class Tile {
 public:
  // Loads both pictures for errors in `region`. Without `decoded` there is no error. `only_y`: of
  // the channels, Y alone will be asked for.
  void load(const Pyramid& original, const Pyramid* decoded, int scale, const Region& region,
            bool only_y);

  // How much the samples count from now on.
  void weigh(const ScaledField& field);

  // Blurs a channel: rows are ready.
  void blur_channel(int channel);
  // Row `y` of the region.
  LocalRow row(int y) const;

  double field_sum() const;

 private:
  int scale_ = 0;
  int height_ = 0;  // of the scale
  int width_ = 0;
  Region region_{};
  std::array<Sheet, kChannels> original_;  // with kBlurReach more samples at every edge
  std::array<Sheet, kChannels> decoded_;
  bool alike_ = true;
  Sheet field_;
  Sheet terms_, between_;
  Sheet original_mean_, decoded_mean_, squares_, product_;
  int channel_ = 0;
};

}  // namespace foveate
