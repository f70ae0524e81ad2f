// Pixels to coefficients and levels: NumPy arrays in and out; shapes and ranges are checked here.
#include "bindings.hpp"

#include <cmath>
#include <optional>
#include <tuple>

#include "bindings_bands.hpp"
#include "colour.hpp"
#include "contrast.hpp"
#include "deringing.hpp"
#include "ending.hpp"
#include "levels.hpp"
#include "sharp_chroma.hpp"
#include "trellis.hpp"

namespace foveate {
namespace {

template <class Array>
const float* checked_weights(const In<float, nb::shape<-1, -1>>& weights, const Array& blocks) {
  require_same_blocks(weights, blocks, "weights must have one value a block");
  return weights.data();
}

Quantiser checked_quantiser(const std::array<float, kBlock>& steps,
                            const std::array<float, kBlock>& sensitivity, float lambda) {
  for (const float s : sensitivity)
    require(std::isfinite(s) && s >= 0.0f, "sensitivities must be finite and not negative");
  require(std::isfinite(lambda) && lambda >= 0.0f, "lambda must be finite and not negative");
  return {checked_steps(steps), sensitivity, lambda};
}

void require_positive(const float* weights, const Coefficients& grid) {
  for (int row = 0; row < grid.used_rows; ++row)
    for (int col = 0; col < grid.used_cols; ++col) {
      const float w = weights[static_cast<std::ptrdiff_t>(row) * grid.cols + col];
      require(w > 0.0f && std::isfinite(w), "every block weight must be positive and finite");
    }
}

using MaskingTuple = std::tuple<In<float, nb::shape<-1, -1>>, std::array<float, kBlock>,
                                std::array<float, kBlock>>;

Masking checked_masking(const MaskingTuple& masking,
                        const In<std::int16_t, BlockShape>& coefficients,
                        const Coefficients& grid) {
  const auto& [hidden, visibility, reach] = masking;
  const float* values = checked_weights(hidden, coefficients);
  for (int row = 0; row < grid.used_rows; ++row)
    for (int col = 0; col < grid.used_cols; ++col) {
      const float h = values[static_cast<std::ptrdiff_t>(row) * grid.cols + col];
      require(h >= 0.0f && std::isfinite(h), "hidden error must be finite and not negative");
    }
  for (std::size_t k = 0; k < kBlock; ++k)
    require(std::isfinite(visibility[k]) && visibility[k] >= 0.0f && std::isfinite(reach[k]) &&
                reach[k] >= 0.0f,
            "visibility and reach must be finite and not negative");
  return {values, visibility, reach};
}

nb::typed<nb::list, nb::ndarray<nb::numpy, std::int16_t>> forward_binding(const Pixels& pixels, bool chroma_420, int threads) {
  const Picture picture = checked_picture(pixels);
  const int workers = checked_threads(threads);
  const auto sampling = component_sampling(picture.channels, chroma_420);
  std::vector<Grid<std::int16_t>> grids;
  std::vector<std::unique_ptr<std::int16_t[]>> stores;
  for (std::size_t c = 0; c < sampling.size(); ++c) {
    grids.push_back(
        component_grid(picture.height, picture.width, sampling, static_cast<int>(c)));
    stores.emplace_back(new std::int16_t[static_cast<std::size_t>(grids[c].rows) *
                                         static_cast<std::size_t>(grids[c].cols) * kBlock]);
    grids[c].data = stores[c].get();
  }
  {
    nb::gil_scoped_release release;
    forward(picture, sampling, grids, workers);
  }
  nb::typed<nb::list, nb::ndarray<nb::numpy, std::int16_t>> out;
  for (std::size_t c = 0; c < grids.size(); ++c)
    out.append(owned(std::move(stores[c]), {static_cast<std::size_t>(grids[c].rows),
                                            static_cast<std::size_t>(grids[c].cols), kBlock}));
  return out;
}

bool dering_binding(const Pixels& pixels, const InOut<std::int16_t, BlockShape>& coefficients,
                    Used used, const Steps& steps, int threads) {
  const Picture picture = checked_picture(pixels);
  const auto grid = grid_of<std::int16_t>(coefficients, used, "coefficients");
  require(used.first == divide_up(picture.height, 8) && used.second == divide_up(picture.width, 8),
          "used must be the picture's luma blocks");
  const Steps table = checked_steps(steps);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  return dering(picture, grid, table, workers);
}

bool sharpen_chroma_binding(const Pixels& pixels, const InOut<std::int16_t, BlockShape>& cb,
                            const InOut<std::int16_t, BlockShape>& cr, Used used, int threads) {
  const Picture picture = checked_picture(pixels);
  require(picture.channels == 3, "pixels must be (H, W, 3) RGB");
  const std::array<Grid<std::int16_t>, 2> chroma{grid_of<std::int16_t>(cb, used, "cb"),
                                                 grid_of<std::int16_t>(cr, used, "cr")};
  require(used.first == divide_up(picture.height, 16) && used.second == divide_up(picture.width, 16),
          "used must be the picture's chroma blocks at half the resolution");
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  return sharpen_chroma(picture, chroma, workers);
}

std::vector<Used> used_blocks(int height, int width, int channels, bool chroma_420) {
  constexpr int most = static_cast<int>(kMaxSide);
  require(height >= 1 && width >= 1 && height <= most && width <= most,
          "height and width must lie in 1..65535");
  require(channels == 1 || channels == 3, "channels must be 1 or 3");
  const auto sampling = component_sampling(channels, chroma_420);
  std::vector<Used> used;
  for (std::size_t c = 0; c < sampling.size(); ++c) {
    const auto grid = component_grid(height, width, sampling, static_cast<int>(c));
    used.emplace_back(grid.used_rows, grid.used_cols);
  }
  return used;
}

void quantise_ac_binding(const In<std::int16_t, BlockShape>& coefficients,
                         const In<float, nb::shape<-1, -1>>& weights,
                         const std::array<float, kBlock>& steps,
                         const std::array<float, kBlock>& sensitivity, float lambda,
                         const std::vector<BandTuple>& bands,
                         const InOut<std::int16_t, BlockShape>& levels, Used used, int threads,
                         const std::optional<MaskingTuple>& masking) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  const auto grid = grid_of<const std::int16_t>(coefficients, used, "coefficients");
  const auto out = grid_of<std::int16_t>(levels, used, "levels");
  const float* block_weights = checked_weights(weights, coefficients);
  require_positive(block_weights, grid);
  const Quantiser quantiser = checked_quantiser(steps, sensitivity, lambda);
  const std::vector<Band> rates = checked_bands(bands);
  const Masking hides = masking ? checked_masking(*masking, coefficients, grid) : Masking{};
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  quantise_ac(grid, block_weights, quantiser, hides, rates, out, workers);
}

void quantise_dc_binding(const In<std::int16_t, BlockShape>& coefficients,
                         const In<float, nb::shape<-1, -1>>& weights,
                         const std::array<float, kBlock>& steps,
                         const std::array<float, kBlock>& sensitivity, float lambda,
                         const std::array<float, 12>& size_bits, std::pair<int, int> mcu,
                         const InOut<std::int16_t, BlockShape>& levels, Used used) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  require(mcu.first >= 1 && mcu.first <= 4 && mcu.second >= 1 && mcu.second <= 4,
          "mcu must be 1 to 4 blocks wide and high");
  const auto grid = grid_of<const std::int16_t>(coefficients, used, "coefficients");
  const auto out = grid_of<std::int16_t>(levels, used, "levels");
  const float* block_weights = checked_weights(weights, coefficients);
  require_positive(block_weights, grid);
  const Quantiser quantiser = checked_quantiser(steps, sensitivity, lambda);
  nb::gil_scoped_release release;
  quantise_dc(grid, block_weights, quantiser, size_bits, {mcu.first, mcu.second}, out);
}

void round_levels_binding(const In<std::int16_t, BlockShape>& coefficients,
                          const std::array<float, kBlock>& steps,
                          const InOut<std::int16_t, BlockShape>& levels, Used used, int threads) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  const auto grid = grid_of<const std::int16_t>(coefficients, used, "coefficients");
  const auto out = grid_of<std::int16_t>(levels, used, "levels");
  const auto table = checked_steps(steps);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  round_levels(grid, table, out, workers);
}

// Arrays of one number for each used block.
using BlockValues = nb::ndarray<nb::numpy, float>;

std::unique_ptr<float[]> block_values(const Coefficients& grid) {
  return std::unique_ptr<float[]>(new float[static_cast<std::size_t>(grid.used_rows) *
                                            static_cast<std::size_t>(grid.used_cols)]);
}

BlockValues as_array(std::unique_ptr<float[]> values, const Coefficients& grid) {
  return owned(std::move(values), {static_cast<std::size_t>(grid.used_rows),
                                   static_cast<std::size_t>(grid.used_cols)});
}

BlockValues block_errors_binding(const In<std::int16_t, BlockShape>& coefficients,
                                 const std::array<float, kBlock>& steps,
                                 const In<std::int16_t, BlockShape>& levels, Used used,
                                 int threads) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  const auto grid = grid_of<const std::int16_t>(coefficients, used, "coefficients");
  const auto chosen = grid_of<const std::int16_t>(levels, used, "levels");
  const auto table = checked_steps(steps);
  const int workers = checked_threads(threads);
  auto errors = block_values(grid);
  {
    nb::gil_scoped_release release;
    block_errors(grid, table, chosen, errors.get(), workers);
  }
  return as_array(std::move(errors), grid);
}

std::pair<BlockValues, BlockValues> block_contrast_binding(
    const In<std::int16_t, BlockShape>& coefficients, const std::array<float, kBlock>& hiding,
    Used used, int threads) {
  const auto grid = grid_of<const std::int16_t>(coefficients, used, "coefficients");
  for (const float h : hiding)
    require(std::isfinite(h) && h >= 0.0f, "hiding must be finite and not negative");
  const int workers = checked_threads(threads);
  auto hidden = block_values(grid), mean_square = block_values(grid);
  {
    nb::gil_scoped_release release;
    block_contrast(grid, hiding, {hidden.get(), mean_square.get()}, workers);
  }
  return {as_array(std::move(hidden), grid), as_array(std::move(mean_square), grid)};
}

double expected_bits_binding(const In<std::int16_t, BlockShape>& coefficients,
                             const In<float, nb::shape<-1, -1>>& weights,
                             const std::array<float, kBlock>& steps,
                             const std::array<float, kBlock>& worth, Used used, int threads) {
  const auto grid = grid_of<const std::int16_t>(coefficients, used, "coefficients");
  const float* block_weights = checked_weights(weights, coefficients);
  require_positive(block_weights, grid);
  const auto table = checked_steps(steps);
  for (const float w : worth)
    require(std::isfinite(w) && w >= 0.0f, "worth must be finite and not negative");
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  return expected_bits(grid, block_weights, table, worth, workers);
}

std::pair<std::array<double, kBlock>, std::array<double, kBlock>> fit_steps_binding(
    const In<std::int16_t, BlockShape>& coefficients, const In<float, nb::shape<-1, -1>>& weights,
    const In<std::int16_t, BlockShape>& levels, Used used, int threads) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  const auto grid = grid_of<const std::int16_t>(coefficients, used, "coefficients");
  const auto chosen = grid_of<const std::int16_t>(levels, used, "levels");
  const float* block_weights = checked_weights(weights, coefficients);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  const StepFit fit = fit_steps(grid, block_weights, chosen, workers);
  return {fit.cross, fit.square};
}

void fill_padding_binding(const InOut<std::int16_t, BlockShape>& levels, Used used) {
  fill_padding(grid_of<std::int16_t>(levels, used, "levels"));
}

}  // namespace
}  // namespace foveate

namespace {

namespace nb = nanobind;

void end_within(std::optional<double> seconds) {
  auto& end = foveate::end_of_thread();
  end.reset();
  if (!seconds) return;
  foveate::require(*seconds >= 0.0 && *seconds <= 1e9, "seconds must lie in 0..1e9");
  const std::chrono::duration<double> left(*seconds);
  end = foveate::Clock::now() + std::chrono::duration_cast<foveate::Clock::duration>(left);
}

// Tells Python by its own kind of error that no time is left.
void tell_out_of_time(const std::exception_ptr& failure, void*) {
  try {
    std::rethrow_exception(failure);
  } catch (const foveate::OutOfTime& error) {
    const nb::object kind = nb::module_::import_("foveate.deadline").attr("OutOfTimeError");
    PyErr_SetString(kind.ptr(), error.what());
  }
}

}  // namespace

NB_MODULE(_core, m) {
  using namespace foveate;
  m.doc() = "Foveate's encoder core; see foveate.native for what each function takes and gives.";
  using namespace nb::literals;
  nb::register_exception_translator(&tell_out_of_time);
  m.def("end_within", &end_within, "seconds"_a.none(),
        R"(Let this thread's work here end after so many seconds, by OutOfTimeError; None: never.

What a function changes in place is of no use once it ended so.)");
  m.def("forward", &forward_binding, "pixels"_a.noconvert(), "chroma_420"_a, "threads"_a = 1,
        R"(DCT coefficients of every component of (H, W) grey or (H, W, 3) sRGB pixels.

JFIF colour; chroma by 2x2 means when `chroma_420`; a flat block of value v has DC 8 (v - 128).)");
  m.def("dering", &dering_binding, "pixels"_a.noconvert(), "coefficients"_a.noconvert(), "used"_a,
        "steps"_a, "threads"_a = 1,
        R"(Let luma `coefficients` aim beyond white and black, where decoders clip; tell if any do.

Only blocks that hold white or black samples, but not one of them alone, are changed: so that
steps of about this size, (64,) in zigzag order, leave less ringing in what is shown.
`coefficients` and `used` are luma's, as `forward` and `used_blocks` give them for the same
pixels.)");
  m.def("sharpen_chroma", &sharpen_chroma_binding, "pixels"_a.noconvert(), "cb"_a.noconvert(),
        "cr"_a.noconvert(), "used"_a, "threads"_a = 1,
        R"(Let coefficients of chroma at half the resolution be sharper; tell if any block is.

Where the means of 2x2 pixels, interpolated as decoders do, lose strong edges of colour, blocks
get those of the samples whose interpolation is nearest to the pixels, in least squares.)");
  m.def("used_blocks", &used_blocks, "height"_a, "width"_a, "channels"_a, "chroma_420"_a,
        R"(Rows and columns of blocks that hold samples, one pair a component.)");
  m.def("quantise_ac", &quantise_ac_binding, "coefficients"_a.noconvert(), "weights"_a, "steps"_a,
        "sensitivity"_a, "lam"_a, "bands"_a, "levels"_a.noconvert(), "used"_a, "threads"_a = 1,
        "masking"_a = nb::none(),
        R"(Write to `levels` what minimises weight * distortion + lam * bits.

Distortion is sensitivity * error^2, and with `masking` (hidden, visibility, reach) visibility *
max(|error| - hidden * reach, 0)^2 besides; `hidden` is (rows, cols), not negative, the others
tables. A band is (first, last, bits of each of 256 symbols, bits of an empty block, bits of
ending early); bands follow each other from 1 to 63. `weights`: (rows, cols), positive. DC is
left as it is.)");
  m.def("quantise_dc", &quantise_dc_binding, "coefficients"_a.noconvert(), "weights"_a, "steps"_a,
        "sensitivity"_a, "lam"_a, "size_bits"_a, "mcu"_a, "levels"_a.noconvert(), "used"_a,
        R"(Write the DC `levels` that minimise the same cost along the scan; 12 code lengths by size.)");
  m.def("round_levels", &round_levels_binding, "coefficients"_a.noconvert(), "steps"_a,
        "levels"_a.noconvert(), "used"_a, "threads"_a = 1,
        R"(Write every coefficient's nearest level, half away from zero.)");
  m.def("block_errors", &block_errors_binding, "coefficients"_a.noconvert(), "steps"_a,
        "levels"_a.noconvert(), "used"_a, "threads"_a = 1,
        R"(Mean of (coefficient - step * level)^2 over each used block's 64, as an array of `used`.)");
  m.def("block_contrast", &block_contrast_binding, "coefficients"_a.noconvert(), "hiding"_a,
        "used"_a, "threads"_a = 1,
        R"(What each used block's contrast hides, and its mean squared AC coefficient.

Hidden error is sqrt(sum of hiding * coefficient^2 * share) / 32, `share` being how much of the
block's variance its four quarters keep (PSNR-HVS-M; Ponomarenko et al., VPQM 2007).)");
  m.def("expected_bits", &expected_bits_binding, "coefficients"_a.noconvert(), "weights"_a,
        "steps"_a, "worth"_a, "used"_a, "threads"_a = 1,
        R"(Roughly what AC levels will take; only ratios of it mean anything.

The sum of 5 + log2(|coefficient| / step), straight between powers of two, over coefficients of
half a step or more with weight * worth * coefficient^2 of 1 or more.)");
  m.def("fit_steps", &fit_steps_binding, "coefficients"_a.noconvert(), "weights"_a,
        "levels"_a.noconvert(), "used"_a, "threads"_a = 1,
        R"(Per frequency, the sums of w x c and of w x^2: their quotient is the least-squares step.)");
  m.def("fill_padding", &fill_padding_binding, "levels"_a.noconvert(), "used"_a,
        R"(Give blocks beyond `used` no AC and the DC of the block before them.)");
  bind_frequencies(m);
  bind_eye(m);
  bind_metrics(m);
  bind_stored(m);
  bind_intra(m);
  bind_stream(m);
}
