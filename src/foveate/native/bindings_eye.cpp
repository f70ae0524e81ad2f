// Models of the eye and what the encoder makes of them; shapes and ranges are checked here.
#include "bindings_eye.hpp"

#include <cmath>
#include <optional>

#include "eye/by_coefficient.hpp"
#include "eye/hvs_m.hpp"
#include "eye/ssimulacra2.hpp"
#include "eye/targets.hpp"

namespace foveate {
namespace {

using Energies = In<float, nb::shape<2, -1, kBlock>>;
using FloatBlocks = nb::ndarray<nb::numpy, float>;

BasisEnergies checked_energies(const Energies& energies, std::size_t scales) {
  require(energies.shape(1) == scales, "energies must have as many scales as weights");
  require_not_negative(energies.data(), energies.size(), "energies must be finite and not negative");
  BasisEnergies out;
  const float* in = energies.data();
  for (auto* part : {&out.structure, &out.edges}) {
    part->resize(scales);
    for (auto& table : *part)
      for (float& energy : table) energy = *in++;
  }
  return out;
}

BlockField checked_field(const std::optional<BlockPlane>& field, const Picture& picture) {
  if (!field) return {};
  const BlockField counted = checked_blocks(*field, picture);
  for (std::size_t i = 0; i < field->size(); ++i)
    require(field->data()[i] > 0.0f && std::isfinite(field->data()[i]),
            "field must be positive and finite");
  return counted;
}

// Arrays of blocks of every component, and the grids that write to them.
struct Out {
  std::vector<std::unique_ptr<float[]>> stores;
  std::vector<Grid<float>> grids;

  Out(const Picture& picture, const std::vector<Sampling>& sampling) {
    for (std::size_t c = 0; c < sampling.size(); ++c) {
      const auto shape =
          component_grid(picture.height, picture.width, sampling, static_cast<int>(c));
      stores.emplace_back(new float[static_cast<std::size_t>(shape.rows) *
                                    static_cast<std::size_t>(shape.cols) * kBlock]);
      grids.push_back(
          {stores.back().get(), shape.rows, shape.cols, shape.used_rows, shape.used_cols});
    }
  }

  nb::typed<nb::list, FloatBlocks> arrays() {
    nb::typed<nb::list, FloatBlocks> out;
    for (std::size_t c = 0; c < stores.size(); ++c)
      out.append(owned(std::move(stores[c]), {static_cast<std::size_t>(grids[c].rows),
                                              static_cast<std::size_t>(grids[c].cols), kBlock}));
    return out;
  }
};

nb::ndarray<nb::numpy, float> colour_slopes_binding(const Pixels& pixels, int threads) {
  const Picture picture = checked_picture(pixels);
  const int workers = checked_threads(threads);
  const auto rows = static_cast<std::size_t>(divide_up(picture.height, 8));
  const auto cols = static_cast<std::size_t>(divide_up(picture.width, 8));
  std::unique_ptr<float[]> values(new float[rows * cols * 9]);
  std::vector<Slopes> slopes(rows * cols);
  {
    nb::gil_scoped_release release;
    block_slopes(picture, slopes.data(), workers);
  }
  float* out = values.get();
  for (const Slopes& block : slopes)
    for (const auto& channel : block)
      for (const float slope : channel) *out++ = slope;
  return owned(std::move(values), {rows, cols, 3, 3});
}

nb::ndarray<nb::numpy, float> seen_planes_binding(
    const Pixels& pixels, const In<float, nb::shape<-1, kChannels, 6>>& weights, int threads) {
  const Picture picture = checked_picture(pixels);
  const ScaleWeights scales = checked_scales(weights, picture);
  const int workers = checked_threads(threads);
  const PlaneLayout layout(picture.height, picture.width, scales, true);
  std::unique_ptr<float[]> planes(new float[layout.size()]);
  {
    nb::gil_scoped_release release;
    fill_planes(picture, layout, true, planes.get(), workers);
  }
  return owned(std::move(planes), {layout.size()});
}

std::vector<Slopes> checked_slopes(const In<float, nb::shape<-1, -1, kChannels, 3>>& slopes,
                                   const Picture& picture) {
  require(slopes.shape(0) == static_cast<std::size_t>(divide_up(picture.height, 8)) &&
              slopes.shape(1) == static_cast<std::size_t>(divide_up(picture.width, 8)),
          "slopes must be those of the picture's 8x8 blocks");
  require_not_negative(slopes.data(), slopes.size(), "slopes must be finite and not negative");
  std::vector<Slopes> out(slopes.shape(0) * slopes.shape(1));
  const float* in = slopes.data();
  for (Slopes& block : out)
    for (auto& channel : block)
      for (float& slope : channel) slope = *in++;
  return out;
}

nb::typed<nb::tuple, double, nb::typed<nb::list, FloatBlocks>, nb::typed<nb::list, FloatBlocks>>
ssimulacra2_binding(const Pixels& original, const std::optional<Pixels>& decoded, bool chroma_420,
                    const In<float, nb::shape<-1, -1, kChannels, 3>>& slopes,
                    const In<float, nb::shape<-1, kChannels, 6>>& weights,
                    const Energies& luma_energies, const Energies& chroma_energies,
                    const std::optional<BlockPlane>& field, int threads,
                    const std::optional<KeptPlanes>& kept) {
  const Picture picture = checked_picture(original);
  Picture other{nullptr, picture.height, picture.width, picture.channels};
  if (decoded) other = checked_copy(*decoded, picture);
  const ScaleWeights scales = checked_scales(weights, picture);
  const std::array<BasisEnergies, 2> energies = {checked_energies(luma_energies, scales.size()),
                                                 checked_energies(chroma_energies, scales.size())};
  const std::vector<Slopes> squared = checked_slopes(slopes, picture);
  const BlockField counted = checked_field(field, picture);
  const CheckedPlanes planes(kept, picture, scales);
  const int workers = checked_threads(threads);
  const auto sampling = component_sampling(picture.channels, chroma_420);
  Out curvature(picture, sampling);
  std::optional<Out> gradient;
  if (decoded) gradient.emplace(picture, sampling);
  double sum = 0.0;
  {
    nb::gil_scoped_release release;
    const Seen seen = ssimulacra2(
        picture, planes.get(), other, scales, counted,
        [&](const GradientStrip& strip) {
          gradient_of_blocks(strip, picture.height, picture.width, sampling, gradient->grids);
        },
        workers);
    sum = seen.sum;
    curvature_of_blocks(picture.height, picture.width, squared.data(), seen.curvature, sampling,
                        energies, curvature.grids, workers);
  }
  return nb::typed<nb::tuple, double, nb::typed<nb::list, FloatBlocks>,
                   nb::typed<nb::list, FloatBlocks>>(nb::make_tuple(
      sum, gradient ? gradient->arrays() : nb::typed<nb::list, FloatBlocks>(),
      curvature.arrays()));
}

// What both functions of visible error take.
struct CheckedError {
  Coefficients coefficients;
  Grid<const std::int16_t> levels;
  Steps steps;
  Visibility visibility;
};

const float* checked_plane(const BlockPlane& values, const In<std::int16_t, BlockShape>& blocks,
                           const char* name) {
  const std::string who = name;
  require_same_blocks(values, blocks, (who + " must have one value a block").c_str());
  require_not_negative(values.data(), values.size(),
                       (who + " must be finite and not negative").c_str());
  return values.data();
}

CheckedError checked_error(const In<std::int16_t, BlockShape>& coefficients, const Steps& steps,
                           const In<std::int16_t, BlockShape>& levels, const BlockPlane& hidden,
                           const Steps& reach, const Steps& sensitivity, Used used,
                           const std::optional<BlockPlane>& field) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  require_not_negative(reach.data(), reach.size(), "reach must be finite and not negative");
  require_not_negative(sensitivity.data(), sensitivity.size(),
                       "sensitivity must be finite and not negative");
  return {grid_of<const std::int16_t>(coefficients, used, "coefficients"),
          grid_of<const std::int16_t>(levels, used, "levels"), checked_steps(steps),
          Visibility{checked_plane(hidden, coefficients, "hidden"), reach, sensitivity,
                     field ? checked_plane(*field, coefficients, "field") : nullptr}};
}

double visible_error_binding(const In<std::int16_t, BlockShape>& coefficients, const Steps& steps,
                             const In<std::int16_t, BlockShape>& levels, const BlockPlane& hidden,
                             const Steps& reach, const Steps& sensitivity, Used used,
                             const std::optional<BlockPlane>& field, int threads) {
  const CheckedError all =
      checked_error(coefficients, steps, levels, hidden, reach, sensitivity, used, field);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  return visible_error(all.coefficients, all.steps, all.levels, all.visibility, workers);
}

void add_visible_error_binding(const In<std::int16_t, BlockShape>& coefficients,
                               const Steps& steps, const In<std::int16_t, BlockShape>& levels,
                               const BlockPlane& hidden, const Steps& reach,
                               const Steps& sensitivity, float factor, float hidden_share,
                               const InOut<float, BlockShape>& gradient,
                               const InOut<float, BlockShape>& curvature, Used used,
                               const std::optional<BlockPlane>& field, int threads) {
  const CheckedError all =
      checked_error(coefficients, steps, levels, hidden, reach, sensitivity, used, field);
  require_same_blocks(coefficients, gradient, "gradient must have the coefficients' shape");
  require_same_blocks(coefficients, curvature, "curvature must have the coefficients' shape");
  require(std::isfinite(factor) && factor >= 0.0f, "factor must be finite and not negative");
  require(hidden_share >= 0.0f && hidden_share <= 1.0f, "hidden_share must lie in 0..1");
  const auto slopes = grid_of<float>(gradient, used, "gradient");
  const auto bends = grid_of<float>(curvature, used, "curvature");
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  add_visible_error(all.coefficients, all.steps, all.levels, all.visibility, factor, hidden_share,
                    slopes, bends, workers);
}

std::array<double, kBlock> frequency_means_binding(const In<float, BlockShape>& curvature,
                                                   Used used, int threads) {
  const auto grid = grid_of<const float>(curvature, used, "curvature");
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  return frequency_means(grid, workers);
}

Move checked_move(float unit, float share, float rate, float limit, float memory) {
  require(unit > 0.0f && std::isfinite(unit), "unit must be positive and finite");
  require(share > 0.0f && share <= 1.0f, "share must lie in 0..1, and above 0");
  require(rate >= 0.0f && std::isfinite(rate), "rate must be finite and not negative");
  require(limit >= 0.0f && std::isfinite(limit), "limit must be finite and not negative");
  require(memory >= 0.0f && memory <= 1.0f, "memory must lie in 0..1");
  return {unit, share, rate, limit, memory};
}

Anchor checked_anchor(const BlockPlane& blocks, const Steps& table, std::size_t rows,
                      std::size_t cols) {
  require(blocks.shape(0) == rows && blocks.shape(1) == cols,
          "anchor must have one value a block");
  for (std::size_t i = 0; i < blocks.size(); ++i)
    require(blocks.data()[i] > 0.0f && std::isfinite(blocks.data()[i]),
            "anchor must be positive and finite");
  for (const float value : table)
    require(value > 0.0f && std::isfinite(value), "anchor's table must be positive and finite");
  return {blocks.data(), table};
}

void mix_weights_binding(const BlockPlane& anchor, const Steps& table, float unit, float share,
                         const InOut<float, BlockShape>& curvature, int threads) {
  const Anchor held = checked_anchor(anchor, table, curvature.shape(0), curvature.shape(1));
  const Used all{static_cast<int>(curvature.shape(0)), static_cast<int>(curvature.shape(1))};
  const auto bends = grid_of<float>(curvature, all, "curvature");
  const Move move = checked_move(unit, share, 0.0f, 0.0f, 0.0f);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  mix_weights(held, move, bends, workers);
}

void move_targets_binding(const In<std::int16_t, BlockShape>& coefficients, const Steps& steps,
                          const In<std::int16_t, BlockShape>& levels,
                          const In<float, BlockShape>& gradient, const BlockPlane& anchor,
                          const Steps& table, float unit, float share, float rate, float limit,
                          float memory, const InOut<float, BlockShape>& curvature,
                          const InOut<std::int16_t, BlockShape>& targets, int threads) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  require_same_blocks(coefficients, gradient, "gradient must have the coefficients' shape");
  require_same_blocks(coefficients, curvature, "curvature must have the coefficients' shape");
  require_same_blocks(coefficients, targets, "targets must have the coefficients' shape");
  const Used all{static_cast<int>(coefficients.shape(0)), static_cast<int>(coefficients.shape(1))};
  const auto grid = grid_of<const std::int16_t>(coefficients, all, "coefficients");
  const auto chosen = grid_of<const std::int16_t>(levels, all, "levels");
  const auto slopes = grid_of<const float>(gradient, all, "gradient");
  const auto bends = grid_of<float>(curvature, all, "curvature");
  const auto moved = grid_of<std::int16_t>(targets, all, "targets");
  const Steps own = checked_steps(steps);
  const Anchor held = checked_anchor(anchor, table, coefficients.shape(0), coefficients.shape(1));
  const Move move = checked_move(unit, share, rate, limit, memory);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  move_targets(grid, own, chosen, slopes, held, move, bends, moved, workers);
}

}  // namespace

void bind_eye(nb::module_& m) {
  using namespace nb::literals;
  m.def("colour_slopes", &colour_slopes_binding, "pixels"_a.noconvert(), "threads"_a = 1,
        R"(The mean squared slope of X, Y and B - Y by Y, Cb and Cr in each 8x8 block of pixels.

As an array (rows, cols, 3, 3): of SSIMULACRA 2's channels down, by JFIF's components across.
Only every other row of pixels is looked at.)");
  m.def("ssimulacra2", &ssimulacra2_binding, "original"_a.noconvert(),
        "decoded"_a.noconvert().none(), "chroma_420"_a, "slopes"_a, "weights"_a,
        "luma_energies"_a, "chroma_energies"_a, "field"_a.none() = nb::none(), "threads"_a = 1,
        "kept"_a.noconvert().none() = nb::none(),
        R"(SSIMULACRA 2's raw sum, and its gradient and curvature by a file's coefficients.

Pixels are (H, W) or (H, W, 3), 8 or more a side; `decoded` None stands for no error yet, and
then there is no gradient. `slopes` are the original's `colour_slopes`. `weights`: (scales, 3,
6), for X, Y and B - Y those of the means and then of the 4-norms of structure lost, edges
gained and edges lost. `energies`: (2, scales, 64), of basis vectors, for structure and edges.
`field`: how much each luma block counts, positive. `kept`: the original's `seen_planes`.

The curvature is what a unit of a coefficient's squared error adds to the sum, around the
decoded picture, by a model that knows no other coefficient. The sum of a picture over about a
megapixel is estimated from parts of it; `ssimulacra2_sums` tells it exactly.)");
  m.def("seen_planes", &seen_planes_binding, "pixels"_a.noconvert(), "weights"_a, "threads"_a = 1,
        R"(What SSIMULACRA 2 makes of an original, float32 (n,), to be looked at again and again.

Of pixels (H, W) or (H, W, 3), 8 or more a side: the channels that count by `weights`, which are
as for `ssimulacra2`, at each scale, and the same blurred. About 13 bytes a pixel, in an order
of their own.)");
  m.def("visible_error", &visible_error_binding, "coefficients"_a.noconvert(), "steps"_a,
        "levels"_a.noconvert(), "hidden"_a, "reach"_a, "sensitivity"_a, "used"_a,
        "field"_a.none() = nb::none(), "threads"_a = 1,
        R"(The sum over used blocks of field * sensitivity * max(|error| - hidden * reach, 0)^2.

`hidden` and `field` have one value for each stored block.)");
  m.def("add_visible_error", &add_visible_error_binding, "coefficients"_a.noconvert(), "steps"_a,
        "levels"_a.noconvert(), "hidden"_a, "reach"_a, "sensitivity"_a, "factor"_a,
        "hidden_share"_a, "gradient"_a.noconvert(), "curvature"_a.noconvert(), "used"_a,
        "field"_a.none() = nb::none(), "threads"_a = 1,
        R"(Add to `gradient` and `curvature` `factor` times those of `visible_error`.

The gradient is by the decoded coefficients. The curvature is sensitivity times the visible
share of each error, but `hidden_share` at the least.)");
  m.def("frequency_means", &frequency_means_binding, "curvature"_a.noconvert(), "used"_a,
        "threads"_a = 1, R"(The mean of each of 64 frequencies over the used blocks.)");
  m.def("mix_weights", &mix_weights_binding, "anchor"_a, "table"_a, "unit"_a, "share"_a,
        "curvature"_a.noconvert(), "threads"_a = 1,
        R"(Turn `curvature` into (1 - share) * curvature / unit + share * anchor * table.

`anchor` has one value a block, `table` one a frequency.)");
  m.def("move_targets", &move_targets_binding, "coefficients"_a.noconvert(), "steps"_a,
        "levels"_a.noconvert(), "gradient"_a.noconvert(), "anchor"_a, "table"_a, "unit"_a,
        "share"_a, "rate"_a, "limit"_a, "memory"_a, "curvature"_a.noconvert(),
        "targets"_a.noconvert(), "threads"_a = 1,
        R"(Mix weights as `mix_weights` does, and move `targets` towards the least of the model.

The model is the gradient and curvature around step * level and, with weight share * anchor *
table, the squared error. A target goes `rate` of the way from the coefficient to the least, no
further than `limit` steps, and keeps `memory` of where it was.)");
}

}  // namespace foveate
