#include "eye/gradient.hpp"

#include <algorithm>

#include "eye/tile.hpp"
#include "parallel.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

using Planes = std::array<std::vector<float>, 3>;

FOVEATE_CLONES
void add_blurred(const LocalRow& row, const float* __restrict mean, const float* __restrict squares,
                 const float* __restrict product, int count, float* __restrict sample) {
  for (int i = 0; i < count; ++i)
    sample[i] += (mean[i] + 2.0f * row.decoded[i] * squares[i]) + row.original[i] * product[i];
}

// Samples of a scale on each side of what the curvature has one value for.
int cell_side(int scale) { return std::max(8 >> scale, 1); }

// Means over cells; the last ones may be cut by the picture's edge.
void cell_means(const Sheet& values, const Region& region, int side, int cols, float* out) {
  for (int top = 0; top < region.rows; top += side)
    for (int left = 0; left < region.cols; left += side) {
      const int bottom = std::min(top + side, region.rows);
      const int right = std::min(left + side, region.cols);
      float sum = 0.0f;
      for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x) sum += values.row(y)[x];
      const auto count = static_cast<float>((bottom - top) * (right - left));
      out[static_cast<std::ptrdiff_t>((region.top + top) / side) * cols +
          (region.left + left) / side] = sum / count;
    }
}

// The work on one tile: the gradient by X, Y and B - Y, and the curvature.
class Descent {
 public:
  Descent(const Pyramid& original, const Pyramid* decoded, const ScaledField& field, int scale,
          const Region& region, bool only_y)
      : region_(region),
        scale_(scale),
        moved_(decoded != nullptr),
        tile_(original, decoded, field, scale, region.grown(kBlurReach), only_y) {
    for (Sheet& sheet : gradient_) {
      sheet.resize(region.rows, region.cols);
      std::fill(sheet.data.begin(), sheet.data.end(), 0.0f);
    }
  }

  Sheet& gradient(std::size_t channel) { return gradient_[channel]; }

  void channel(std::size_t at, const ChannelErrors& errors, Curvature& curvature) {
    tile_.blur_channel(static_cast<int>(at));
    const Region wide = region_.grown(kBlurReach);
    for (Sheet* sheet : {&mean_, &squares_, &product_, &sample_, &structure_, &edges_})
      sheet->resize(wide.rows, wide.cols);
    for (int y = 0; y < wide.rows; ++y) {
      const LocalRow row = tile_.row(y);
      const RowGradient out{mean_.row(y), squares_.row(y), product_.row(y), sample_.row(y)};
      structure_gradient(row, wide.cols, errors.structure, out, structure_.row(y));
      edge_gradient(row, wide.cols, errors.gained, errors.lost, out, edges_.row(y));
    }
    const int side = cell_side(scale_);
    blur(structure_, between_, blurred_);
    cell_means(blurred_, region_, side, curvature.cols, curvature.structure[at].data());
    if (!moved_) return;
    blur(edges_, between_, blurred_);
    cell_means(blurred_, region_, side, curvature.cols, curvature.edges[at].data());
    blur(mean_, between_, blurred_);
    blur(squares_, between_, blurred_squares_);
    blur(product_, between_, blurred_product_);
    for (int y = 0; y < region_.rows; ++y) {
      const float* own = sample_.row(y + kBlurReach) + kBlurReach;
      float* out = gradient_[at].row(y);
      std::copy(own, own + region_.cols, out);
      LocalRow row = tile_.row(y + kBlurReach);
      row.decoded += kBlurReach;
      row.original += kBlurReach;
      add_blurred(row, blurred_.row(y), blurred_squares_.row(y), blurred_product_.row(y),
                  region_.cols, out);
    }
  }

 private:
  Region region_;
  int scale_;
  bool moved_;
  Tile tile_;
  std::array<Sheet, kChannels> gradient_;
  Sheet mean_, squares_, product_, sample_, structure_, edges_;
  Sheet between_, blurred_, blurred_squares_, blurred_product_;
};

Curvature empty_curvature(int height, int width, int scale, const ScaleErrors& errors) {
  const int side = cell_side(scale);
  Curvature curvature;
  curvature.rows = divide_up(height, side);
  curvature.cols = divide_up(width, side);
  const auto size =
      static_cast<std::size_t>(curvature.rows) * static_cast<std::size_t>(curvature.cols);
  for (std::size_t c = 0; c < kChannels; ++c)
    if (errors[c].count) {
      curvature.structure[c].resize(size);
      curvature.edges[c].resize(size);
    }
  return curvature;
}

// Adds to a row of the gradient by linear light what the next coarser scale gives its samples: each
// is a quarter of a mean of 2x2, or twice as much where it was its own partner.
void add_coarser(const Planes& coarser, int coarse_cols, const Region& region, int y, int height,
                 int width, const RowOf3& out) {
  const bool alone = y == height - 1 && height % 2 == 1;
  for (std::size_t c = 0; c < kChannels; ++c) {
    const float* in = coarser[c].data() + static_cast<std::ptrdiff_t>(y / 2) * coarse_cols;
    for (int x = 0; x < region.cols; ++x) {
      const int col = region.left + x;
      const float share = (alone ? 0.5f : 0.25f) * (col == width - 1 && width % 2 == 1 ? 2.0f : 1.0f);
      out.plane[c][x] += share * in[col / 2];
    }
  }
}

// From linear light to Y, Cb and Cr of a row at full size.
void to_ycc(const Picture& picture, int y, int left, int count, const RowOf3& light,
            const RowOf3& out) {
  const auto& slope = TransferCurve::srgb().slope;
  const std::ptrdiff_t channels = picture.channels;
  const std::uint8_t* in =
      picture.pixels + (static_cast<std::ptrdiff_t>(y) * picture.width + left) * channels;
  for (std::ptrdiff_t x = 0; x < count; ++x) {
    float rgb[3];
    for (std::ptrdiff_t c = 0; c < 3; ++c)
      rgb[c] = light.plane[c][x] * slope[in[x * channels + (channels == 1 ? 0 : c)]];
    for (int k = 0; k < 3; ++k)
      out.plane[k][x] =
          (rgb[0] * kRgbOfYcc[0][k] + rgb[1] * kRgbOfYcc[1][k]) + rgb[2] * kRgbOfYcc[2][k];
  }
}

}  // namespace

void descend(const Pyramid& original, const Pyramid* decoded, const ScaledField& field,
             const std::vector<ScaleErrors>& errors, Seen& seen, int threads) {
  Planes coarser;
  int coarse_cols = 0;
  seen.curvature.resize(errors.size());
  for (int s = static_cast<int>(errors.size()) - 1; s >= 0; --s) {
    const auto at = static_cast<std::size_t>(s);
    const int height = original.height(s), width = original.width(s);
    const ScaleErrors& own = errors[at];
    Curvature& curvature = seen.curvature[at];
    curvature = empty_curvature(height, width, s, own);
    Planes planes;
    if (decoded != nullptr)
      for (auto& plane : planes)
        plane.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    const Tiling tiling{height, width};
    parallel_for(tiling.count(), threads, [&](int t) {
      const Region region = tiling.region(t);
      Descent descent(original, decoded, field, s, region, only_y(own));
      for (std::size_t c = 0; c < kChannels; ++c)
        if (own[c].count) descent.channel(c, own[c], curvature);
      if (decoded == nullptr) return;
      std::vector<float> linear(static_cast<std::size_t>(region.cols) * kChannels);
      RowOf3 light{};
      for (int c = 0; c < kChannels; ++c) light.plane[c] = linear.data() + c * region.cols;
      for (int y = 0; y < region.rows; ++y) {
        RowOf3 gradient{}, out{};
        for (std::size_t c = 0; c < kChannels; ++c) {
          gradient.plane[c] = descent.gradient(c).row(y);
          out.plane[c] = planes[c].data() +
                         static_cast<std::ptrdiff_t>(region.top + y) * width + region.left;
        }
        decoded->row(s, region.top + y, region.left, region.cols, light);
        xyb_gradient_row({{light.plane[0], light.plane[1], light.plane[2]}}, region.cols, gradient);
        if (coarse_cols > 0)
          add_coarser(coarser, coarse_cols, region, region.top + y, height, width, gradient);
        if (s == 0)
          to_ycc(decoded->picture(), region.top + y, region.left, region.cols, gradient, out);
        else
          for (std::size_t c = 0; c < kChannels; ++c)
            std::copy(gradient.plane[c], gradient.plane[c] + region.cols, out.plane[c]);
      }
    });
    coarser = std::move(planes);
    coarse_cols = width;
  }
  if (decoded != nullptr) seen.gradient = std::move(coarser);
}

}  // namespace foveate
