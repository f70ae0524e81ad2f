#include "eye/tile.hpp"

#include <algorithm>

#include "vectors.hpp"

namespace foveate {
namespace {

// Makes X, Y and B - Y of the region.
void make_channels(const Pyramid& picture, int scale, const Region& region, bool only_y,
                  std::array<Sheet, kChannels>& sheets) {
  const int height = picture.height(scale), width = picture.width(scale);
  const int first = std::max(-region.left, 0);
  const int last = std::min(region.cols, width - region.left);
  std::vector<float> linear(static_cast<std::size_t>(region.cols) * kChannels);
  RowOf3 light{};
  for (int c = 0; c < kChannels; ++c) light.plane[c] = linear.data() + c * region.cols;
  const std::size_t begin = only_y ? 1 : 0, end = only_y ? 2 : kChannels;
  for (std::size_t c = begin; c < end; ++c) sheets[c].resize(region.rows, region.cols);
  for (int y = 0; y < region.rows; ++y) {
    RowOf3 xyb{};
    for (std::size_t c = begin; c < end; ++c) {
      float* row = sheets[c].row(y);
      std::fill(row, row + sheets[c].stride, 0.0f);
      xyb.plane[c] = row + first;
    }
    if (region.top + y < 0 || region.top + y >= height || first >= last) continue;
    picture.row(scale, region.top + y, region.left + first, last - first, light);
    const ConstRowOf3 linear_row{{light.plane[0], light.plane[1], light.plane[2]}};
    if (only_y)
      y_row(linear_row, last - first, xyb.plane[1]);
    else
      xyb_row(linear_row, last - first, xyb);
  }
}

FOVEATE_CLONES
void products_row(const float* __restrict a, const float* __restrict b, int count,
                  float* __restrict out) {
  for (int i = 0; i < count; ++i) out[i] = a[i] * b[i];
}

// A field is 0 beyond the row's end, up to a whole group of lanes.
FOVEATE_CLONES
double row_sum(const float* values, int count) {
  constexpr int kLanes = Sheet::kLanes;
  double lanes[kLanes] = {};
  for (int first = 0; first < count; first += kLanes)
    for (int lane = 0; lane < kLanes; ++lane)
      lanes[lane] += static_cast<double>(values[first + lane]);
  double sum = 0.0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

FOVEATE_CLONES
void sums_row(const float* a, const float* b, int count, float* __restrict out) {
  for (int i = 0; i < count; ++i) out[i] = a[i] + b[i];
}

FOVEATE_CLONES
void squares_row(const float* __restrict a, const float* __restrict b, int count,
                 float* __restrict out) {
  for (int i = 0; i < count; ++i) out[i] = a[i] * a[i] + b[i] * b[i];
}

}  // namespace

Region Tiling::region(int tile) const {
  const int top = tile / across() * kTileRows, left = tile % across() * kTileCols;
  return {top, left, std::min(kTileRows, height - top), std::min(kTileCols, width - left)};
}

void Side::look(int scale, const Region& region, bool only_y,
                std::array<Sheet, kChannels>& sheets,
                std::array<PlaneView, kChannels>& views) const {
  if (pyramid_) make_channels(*pyramid_, scale, region, only_y, sheets);
  for (std::size_t c = 0; c < kChannels; ++c) {
    if (pyramid_)
      views[c] = sheets[c];
    else if (planes_->layout.scale(scale).kept[c])
      views[c] = planes_->values(scale, c, region);
  }
}

void Tile::load(const Side& original, const Side* decoded, int scale, const Region& region,
                bool only_y) {
  scale_ = scale;
  height_ = original.height(scale);
  width_ = original.width(scale);
  region_ = region;
  kept_ = original.kept();
  alike_ = decoded == nullptr;
  const Region taken = region.grown(kBlurReach);
  original.look(scale, taken, only_y, original_sheets_, original_);
  if (!alike_) decoded->look(scale, taken, only_y, decoded_sheets_, decoded_);
}

void Tile::weigh(const ScaledField& field) {
  field_.resize(region_.rows, region_.cols);
  field.fill(scale_, height_, width_, region_.top, region_.left, field_);
}

void Tile::blur_channel(int channel) {
  channel_ = channel;
  const auto at = static_cast<std::size_t>(channel);
  const PlaneView a = original_[at];
  const PlaneView b = alike_ ? original_[at] : decoded_[at];
  terms_.resize(a.rows, a.cols);
  if (kept_) {
    original_mean_ = kept_->blurred(scale_, at, region_);
  } else {
    blur(a, between_, original_blurred_);
    original_mean_ = original_blurred_;
  }
  if (!alike_) blur(b, between_, decoded_mean_);
  for (int y = 0; y < a.rows; ++y) products_row(a.row(y), b.row(y), a.cols, terms_.row(y));
  blur(terms_, between_, product_);
  squares_.resize(product_.rows, product_.cols);
  if (alike_) {
    for (int y = 0; y < product_.rows; ++y)
      sums_row(product_.row(y), product_.row(y), product_.cols, squares_.row(y));
    return;
  }
  for (int y = 0; y < a.rows; ++y) squares_row(a.row(y), b.row(y), a.cols, terms_.row(y));
  blur(terms_, between_, squares_);
}

LocalRow Tile::row(int y) const {
  const auto at = static_cast<std::size_t>(channel_);
  const float* original = original_[at].row(y + kBlurReach) + kBlurReach;
  const float* mean = original_mean_.row(y);
  return {original,
          alike_ ? original : decoded_[at].row(y + kBlurReach) + kBlurReach,
          mean,
          alike_ ? mean : decoded_mean_.row(y),
          squares_.row(y),
          product_.row(y),
          field_.row(y)};
}

double sum_of(const Sheet& field) {
  double sum = 0.0;
  for (int y = 0; y < field.rows; ++y) sum += row_sum(field.row(y), field.cols);
  return sum;
}

}  // namespace foveate
