#include "eye/gradient.hpp"

#include <algorithm>

#include "eye/tile.hpp"
#include "parallel.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

// A scale's gradient by linear light.
struct Coarser {
  int cols = 0;
  std::array<std::vector<float>, kChannels> planes;
};

FOVEATE_CLONES
void add_blurred(const LocalRow& row, const float* __restrict mean, const float* __restrict squares,
                 const float* __restrict product, int count, float* __restrict sample) {
  for (int i = 0; i < count; ++i)
    sample[i] += (mean[i] + 2.0f * row.decoded[i] * squares[i]) + row.original[i] * product[i];
}

// Samples of a scale on each side of what the curvature has one value for.
int cell_side(int scale) { return std::max(8 >> scale, 1); }

// Means over cells of a region, whose first row is row `first` of the values; the last cells may be
// cut by the picture's edge.
void cell_means(const Sheet& values, int first, const Region& region, int side, int cols,
                float* out) {
  for (int top = 0; top < region.rows; top += side)
    for (int left = 0; left < region.cols; left += side) {
      const int bottom = std::min(top + side, region.rows);
      const int right = std::min(left + side, region.cols);
      float sum = 0.0f;
      for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x) sum += values.row(first + y)[x];
      const auto count = static_cast<float>((bottom - top) * (right - left));
      out[static_cast<std::ptrdiff_t>((region.top + top) / side) * cols +
          (region.left + left) / side] = sum / count;
    }
}

// What every tile of the descent needs.
struct Looked {
  const Side& original;
  const Pyramid* decoded;
  const ScaledField& field;
};

// The work on one tile after another: the gradient by X, Y and B - Y in a region, and the curvature
// in the part of it that is the tile's own.
class Descent {
 public:
  Descent(const Looked& looked, int scale, bool only_y)
      : looked_(looked), scale_(scale), only_y_(only_y) {}

  void begin(const Region& region, const Region& own) {
    region_ = region;
    own_ = own;
    if (looked_.decoded != nullptr) {
      const Side decoded(*looked_.decoded);
      tile_.load(looked_.original, &decoded, scale_, region.grown(kBlurReach), only_y_);
    } else {
      tile_.load(looked_.original, nullptr, scale_, region.grown(kBlurReach), only_y_);
    }
    tile_.weigh(looked_.field);
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
      if (looked_.decoded == nullptr) {
        structure_curvature(row, wide.cols, errors.structure, structure_.row(y));
        continue;
      }
      const RowGradient out{mean_.row(y), squares_.row(y), product_.row(y), sample_.row(y)};
      structure_gradient(row, wide.cols, errors.structure, out, structure_.row(y));
      edge_gradient(row, wide.cols, errors.gained, errors.lost, out, edges_.row(y));
    }
    const int side = cell_side(scale_);
    blur(structure_, between_, blurred_);
    cell_means(blurred_, own_.top - region_.top, own_, side, curvature.cols, curvature.structure[at].data());
    if (looked_.decoded == nullptr) return;
    blur(edges_, between_, blurred_);
    cell_means(blurred_, own_.top - region_.top, own_, side, curvature.cols, curvature.edges[at].data());
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
  const Looked& looked_;
  int scale_;
  bool only_y_;
  Region region_{};
  Region own_{};
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

FOVEATE_CLONES
void add_doubled(const float* __restrict in, float share, int count, float* __restrict out) {
  for (int i = 0; i < count; ++i) {
    out[2 * i] += share * in[i];
    out[2 * i + 1] += share * in[i];
  }
}

// Adds to a row of the gradient by linear light what the next coarser scale gives its samples: each
// is a quarter of a mean of 2x2, or twice as much where it was its own partner. Regions begin at
// even columns.
void add_coarser(const Coarser& coarser, const Region& region, int y, int height, int width,
                 const RowOf3& out) {
  const float share = y == height - 1 && height % 2 == 1 ? 0.5f : 0.25f;
  const int pairs = region.cols / 2;
  for (std::size_t c = 0; c < kChannels; ++c) {
    const float* in = coarser.planes[c].data() +
                      static_cast<std::ptrdiff_t>(y / 2) * coarser.cols + region.left / 2;
    add_doubled(in, share, pairs, out.plane[c]);
    if (region.cols % 2 == 1)
      out.plane[c][2 * pairs] +=
          (region.left + region.cols == width ? 2.0f : 1.0f) * share * in[pairs];
  }
}

FOVEATE_CLONES
void ycc_row(const ConstRowOf3& light, const ConstRowOf3& slope, int count, const RowOf3& out) {
  float* __restrict rows[3] = {out.plane[0], out.plane[1], out.plane[2]};
  for (int k = 0; k < 3; ++k)
    for (int x = 0; x < count; ++x) {
      const float red = light.plane[0][x] * slope.plane[0][x];
      const float green = light.plane[1][x] * slope.plane[1][x];
      const float blue = light.plane[2][x] * slope.plane[2][x];
      rows[k][x] = (red * kRgbOfYcc[0][k] + green * kRgbOfYcc[1][k]) + blue * kRgbOfYcc[2][k];
    }
}

// Three rows of scratch.
struct Rows3 {
  std::vector<float> store;
  RowOf3 rows{};

  explicit Rows3(int cols) : store(static_cast<std::size_t>(cols) * kChannels) {
    for (int c = 0; c < kChannels; ++c) rows.plane[c] = store.data() + c * cols;
  }
  ConstRowOf3 read() const { return {{rows.plane[0], rows.plane[1], rows.plane[2]}}; }
};

// The gradient by linear light in a region, row by row: `take(y, rows)` may overwrite the rows.
template <class Take>
void descend_tile(Descent& descent, const Looked& looked, int scale, const Region& region,
                  const Region& own, const ScaleErrors& errors, const Coarser& coarser,
                  Curvature& curvature, Take&& take) {
  descent.begin(region, own);
  for (std::size_t c = 0; c < kChannels; ++c)
    if (errors[c].count) descent.channel(c, errors[c], curvature);
  if (looked.decoded == nullptr) return;
  const Rows3 light(region.cols);
  for (int y = 0; y < region.rows; ++y) {
    RowOf3 gradient{};
    for (std::size_t c = 0; c < kChannels; ++c) gradient.plane[c] = descent.gradient(c).row(y);
    looked.decoded->row(scale, region.top + y, region.left, region.cols, light.rows);
    xyb_gradient_row(light.read(), region.cols, gradient);
    if (coarser.cols > 0)
      add_coarser(coarser, region, region.top + y, looked.original.height(scale),
                  looked.original.width(scale), gradient);
    take(region.top + y, gradient);
  }
}

// A coarse scale, or any where there is no decoded picture: the gradient stays in linear light.
Coarser descend_scale(const Looked& looked, int scale, const ScaleErrors& errors,
                      const Coarser& coarser, Curvature& curvature, int threads) {
  const int height = looked.original.height(scale), width = looked.original.width(scale);
  Coarser made;
  if (looked.decoded != nullptr) {
    made.cols = width;
    for (auto& plane : made.planes)
      plane.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  }
  const Tiling tiling{height, width};
  parallel_for(tiling.down(), threads, [&](int n) {
    Descent descent(looked, scale, only_y(errors));
    for (int t = n * tiling.across(); t < (n + 1) * tiling.across(); ++t) {
      const Region region = tiling.region(t);
      descend_tile(descent, looked, scale, region, region, errors, coarser, curvature,
                   [&](int y, const RowOf3& gradient) {
                     for (std::size_t c = 0; c < kChannels; ++c)
                       std::copy(gradient.plane[c], gradient.plane[c] + region.cols,
                                 made.planes[c].data() + static_cast<std::ptrdiff_t>(y) * width +
                                     region.left);
                   });
    }
  });
  return made;
}

// Full size: the gradient goes on to Y, Cb and Cr, and to the sink.
void descend_full_size(const Looked& looked, const ScaleErrors& errors, const Coarser& coarser,
                       Curvature& curvature, const GradientSink& sink, int threads) {
  const int height = looked.original.height(0), width = looked.original.width(0);
  const Picture& picture = looked.decoded->picture();
  parallel_for(divide_up(height, kStripRows), threads, [&](int n) {
    GradientStrip strip{n * kStripRows, std::max(n * kStripRows - 1, 0), {}};
    const int bottom = std::min(strip.top + kStripRows, height);
    const int rows = std::min(bottom + 1, height) - strip.first;
    for (Sheet& plane : strip.planes) plane.resize(rows, width);
    const Rows3 slope(kTileCols);
    Descent descent(looked, 0, only_y(errors));
    for (int left = 0; left < width; left += kTileCols) {
      const int cols = std::min(kTileCols, width - left);
      const Region region{strip.first, left, rows, cols};
      const Region own{strip.top, left, bottom - strip.top, cols};
      descend_tile(descent, looked, 0, region, own, errors, coarser, curvature,
                   [&](int y, const RowOf3& gradient) {
                     looked_up(picture, y, left, cols, TransferCurve::srgb().slope, slope.rows);
                     RowOf3 out{};
                     for (std::size_t c = 0; c < kChannels; ++c)
                       out.plane[c] = strip.planes[c].row(y - strip.first) + left;
                     ycc_row({{gradient.plane[0], gradient.plane[1], gradient.plane[2]}},
                             slope.read(), cols, out);
                   });
    }
    sink(strip);
  });
}

}  // namespace

void descend(const Side& original, const Pyramid* decoded, const ScaledField& field,
             const std::vector<ScaleErrors>& errors, Seen& seen, const GradientSink& sink,
             int threads) {
  const Looked looked{original, decoded, field};
  Coarser coarser;
  seen.curvature.resize(errors.size());
  for (int s = static_cast<int>(errors.size()) - 1; s >= 0; --s) {
    const auto at = static_cast<std::size_t>(s);
    Curvature& curvature = seen.curvature[at];
    curvature = empty_curvature(original.height(s), original.width(s), s, errors[at]);
    if (s == 0 && decoded != nullptr)
      descend_full_size(looked, errors[at], coarser, curvature, sink, threads);
    else
      coarser = descend_scale(looked, s, errors[at], coarser, curvature, threads);
  }
}

}  // namespace foveate
