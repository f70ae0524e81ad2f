// NumPy arrays in, NumPy arrays and bytes out; every shape and range is checked here, once.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>

#include "colour.hpp"
#include "huffman.hpp"
#include "parallel.hpp"
#include "scans.hpp"
#include "stream.hpp"
#include "trellis.hpp"

namespace nb = nanobind;
using namespace foveate;

namespace {

template <class T, class Shape>
using In = nb::ndarray<const T, Shape, nb::c_contig, nb::device::cpu>;
template <class T, class Shape>
using InOut = nb::ndarray<T, Shape, nb::c_contig, nb::device::cpu>;
using BlockShape = nb::shape<-1, -1, kBlock>;
using Used = std::pair<int, int>;
using ScanTuple = std::tuple<std::vector<int>, int, int, int, int>;

void require(bool condition, const std::string& message) {
  if (!condition) throw std::invalid_argument(message);
}

int checked_threads(int threads) {
  require(threads >= 1, "threads must be at least 1");
  return std::min(threads, 256);
}

constexpr std::size_t kMaxSide = 65535;

// A block array with the part of it that holds samples.
template <class T, class Array>
Grid<T> grid_of(const Array& array, Used used, const char* name) {
  const std::size_t rows = array.shape(0), cols = array.shape(1);
  require(rows >= 1 && cols >= 1 && rows <= kMaxSide && cols <= kMaxSide,
          std::string(name) + " must hold 1 to 65535 rows and columns of blocks");
  require(used.first >= 1 && static_cast<std::size_t>(used.first) <= rows && used.second >= 1 &&
              static_cast<std::size_t>(used.second) <= cols,
          std::string("used must lie within the rows and columns of ") + name);
  return {array.data(), static_cast<int>(rows), static_cast<int>(cols), used.first, used.second};
}

template <class A, class B>
void require_same_blocks(const A& a, const B& b, const char* what) {
  require(a.shape(0) == b.shape(0) && a.shape(1) == b.shape(1), what);
}

template <class Array>
const float* checked_weights(const In<float, nb::shape<-1, -1>>& weights, const Array& blocks) {
  require_same_blocks(weights, blocks, "weights must have one value a block");
  return weights.data();
}

std::array<float, kBlock> checked_steps(const std::array<float, kBlock>& steps) {
  for (const float q : steps)
    require(q >= 1.0f && q <= 65535.0f, "quantisation steps must lie in 1..65535");
  return steps;
}

Quantiser checked_quantiser(const std::array<float, kBlock>& steps,
                            const std::array<float, kBlock>& sensitivity, float lambda) {
  for (const float s : sensitivity)
    require(std::isfinite(s) && s >= 0.0f, "sensitivities must be finite and not negative");
  require(std::isfinite(lambda) && lambda >= 0.0f, "lambda must be finite and not negative");
  return {checked_steps(steps), sensitivity, lambda};
}

void require_positive(const float* weights, const Grid<const float>& grid) {
  for (int row = 0; row < grid.used_rows; ++row)
    for (int col = 0; col < grid.used_cols; ++col) {
      const float w = weights[static_cast<std::ptrdiff_t>(row) * grid.cols + col];
      require(w > 0.0f && std::isfinite(w), "every block weight must be positive and finite");
    }
}

using MaskingTuple = std::tuple<In<float, nb::shape<-1, -1>>, std::array<float, kBlock>,
                                std::array<float, kBlock>>;

Masking checked_masking(const MaskingTuple& masking, const In<float, BlockShape>& coefficients,
                        const Grid<const float>& grid) {
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

template <class T>
nb::ndarray<nb::numpy, T> owned(std::vector<T>&& values, std::initializer_list<std::size_t> shape) {
  auto* kept = new std::vector<T>(std::move(values));
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::ndarray<nb::numpy, T>(kept->data(), shape, owner);
}

nb::bytes as_bytes(const std::vector<std::uint8_t>& data) {
  return nb::bytes(reinterpret_cast<const char*>(data.data()), data.size());
}

using Pixels = nb::ndarray<const std::uint8_t, nb::c_contig, nb::device::cpu>;

nb::list forward_binding(const Pixels& pixels, bool chroma_420, int threads) {
  require(pixels.ndim() == 2 || (pixels.ndim() == 3 && pixels.shape(2) == 3),
          "pixels must be (H, W) grey or (H, W, 3) RGB");
  for (std::size_t d = 0; d < 2; ++d)
    require(pixels.shape(d) >= 1 && pixels.shape(d) <= kMaxSide,
            "pixels must be 1 to 65535 high and wide");
  const Picture picture{pixels.data(), static_cast<int>(pixels.shape(0)),
                        static_cast<int>(pixels.shape(1)), pixels.ndim() == 2 ? 1 : 3};
  const int workers = checked_threads(threads);
  const auto sampling = component_sampling(picture.channels, chroma_420);
  std::vector<Grid<float>> grids;
  std::vector<std::vector<float>> stores;
  for (std::size_t c = 0; c < sampling.size(); ++c) {
    grids.push_back(
        component_grid(picture.height, picture.width, sampling, static_cast<int>(c)));
    stores.emplace_back(static_cast<std::size_t>(grids[c].rows) *
                        static_cast<std::size_t>(grids[c].cols) * kBlock);
    grids[c].data = stores[c].data();
  }
  {
    nb::gil_scoped_release release;
    forward(picture, sampling, grids, workers);
  }
  nb::list out;
  for (std::size_t c = 0; c < grids.size(); ++c)
    out.append(owned(std::move(stores[c]), {static_cast<std::size_t>(grids[c].rows),
                                            static_cast<std::size_t>(grids[c].cols), kBlock}));
  return out;
}

std::vector<Used> used_blocks(int height, int width, int channels, bool chroma_420) {
  require(height >= 1 && width >= 1, "height and width must be at least 1");
  require(channels == 1 || channels == 3, "channels must be 1 or 3");
  const auto sampling = component_sampling(channels, chroma_420);
  std::vector<Used> used;
  for (std::size_t c = 0; c < sampling.size(); ++c) {
    const auto grid = component_grid(height, width, sampling, static_cast<int>(c));
    used.emplace_back(grid.used_rows, grid.used_cols);
  }
  return used;
}

using BandTuple = std::tuple<int, int, std::array<float, 256>, float, float>;

void quantise_ac_binding(const In<float, BlockShape>& coefficients,
                         const In<float, nb::shape<-1, -1>>& weights,
                         const std::array<float, kBlock>& steps,
                         const std::array<float, kBlock>& sensitivity, float lambda,
                         const std::vector<BandTuple>& bands,
                         const InOut<std::int16_t, BlockShape>& levels, Used used, int threads,
                         const std::optional<MaskingTuple>& masking) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  const auto grid = grid_of<const float>(coefficients, used, "coefficients");
  const auto out = grid_of<std::int16_t>(levels, used, "levels");
  const float* block_weights = checked_weights(weights, coefficients);
  require_positive(block_weights, grid);
  const Quantiser quantiser = checked_quantiser(steps, sensitivity, lambda);
  std::vector<Band> rates;
  int expected = 1;
  for (const auto& [first, last, symbols, empty, eob] : bands) {
    require(first == expected && last >= first && last < kBlock,
            "bands must follow each other from 1 to 63");
    expected = last + 1;
    rates.push_back({first, last, symbols, empty, eob});
  }
  require(expected == kBlock, "bands must follow each other from 1 to 63");
  const Masking hides = masking ? checked_masking(*masking, coefficients, grid) : Masking{};
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  quantise_ac(grid, block_weights, quantiser, hides, rates, out, workers);
}

void quantise_dc_binding(const In<float, BlockShape>& coefficients,
                         const In<float, nb::shape<-1, -1>>& weights,
                         const std::array<float, kBlock>& steps,
                         const std::array<float, kBlock>& sensitivity, float lambda,
                         const std::array<float, 12>& size_bits, std::pair<int, int> mcu,
                         const InOut<std::int16_t, BlockShape>& levels, Used used) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  require(mcu.first >= 1 && mcu.first <= 4 && mcu.second >= 1 && mcu.second <= 4,
          "mcu must be 1 to 4 blocks wide and high");
  const auto grid = grid_of<const float>(coefficients, used, "coefficients");
  const auto out = grid_of<std::int16_t>(levels, used, "levels");
  const float* block_weights = checked_weights(weights, coefficients);
  require_positive(block_weights, grid);
  const Quantiser quantiser = checked_quantiser(steps, sensitivity, lambda);
  nb::gil_scoped_release release;
  quantise_dc(grid, block_weights, quantiser, size_bits, {mcu.first, mcu.second}, out);
}

void round_levels_binding(const In<float, BlockShape>& coefficients,
                          const std::array<float, kBlock>& steps,
                          const InOut<std::int16_t, BlockShape>& levels, Used used, int threads) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  const auto grid = grid_of<const float>(coefficients, used, "coefficients");
  const auto out = grid_of<std::int16_t>(levels, used, "levels");
  const auto table = checked_steps(steps);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  round_levels(grid, table, out, workers);
}

double weighted_error_binding(const In<float, BlockShape>& coefficients,
                              const In<float, nb::shape<-1, -1>>& weights,
                              const std::array<float, kBlock>& steps,
                              const std::array<float, kBlock>& sensitivity,
                              const In<std::int16_t, BlockShape>& levels, Used used,
                              int threads) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  const auto grid = grid_of<const float>(coefficients, used, "coefficients");
  const auto chosen = grid_of<const std::int16_t>(levels, used, "levels");
  const float* block_weights = checked_weights(weights, coefficients);
  const Quantiser quantiser = checked_quantiser(steps, sensitivity, 0.0f);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  return weighted_error(grid, block_weights, quantiser, chosen, workers);
}

std::pair<std::array<double, kBlock>, std::array<double, kBlock>> fit_steps_binding(
    const In<float, BlockShape>& coefficients, const In<float, nb::shape<-1, -1>>& weights,
    const In<std::int16_t, BlockShape>& levels, Used used, int threads) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  const auto grid = grid_of<const float>(coefficients, used, "coefficients");
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

nb::ndarray<nb::numpy, std::uint8_t> huffman_lengths_binding(
    const In<std::int64_t, nb::shape<256>>& counts) {
  Counts checked;
  for (std::size_t s = 0; s < checked.size(); ++s) {
    checked[s] = counts.data()[s];
    require(checked[s] >= 0 && checked[s] < (std::int64_t{1} << 48),
            "counts must lie in 0..2^48");
  }
  const Lengths lengths = huffman_lengths(checked);
  return owned(std::vector<std::uint8_t>(lengths.begin(), lengths.end()), {lengths.size()});
}

// Components as the picture's size implies them, checked against the arrays given.
struct Levelled {
  std::vector<Levels> grids;
  std::vector<Sampling> sampling;
};

Levelled checked_levels(const std::vector<In<std::int16_t, BlockShape>>& levels, int height,
                        int width, bool chroma_420) {
  require(levels.size() == 1 || levels.size() == 3, "levels must be one component or three");
  require(height >= 1 && width >= 1 && height <= 65535 && width <= 65535,
          "height and width must lie in 1..65535");
  Levelled out;
  out.sampling = component_sampling(static_cast<int>(levels.size()), chroma_420);
  for (std::size_t c = 0; c < levels.size(); ++c) {
    const auto grid = component_grid(height, width, out.sampling, static_cast<int>(c));
    require(levels[c].shape(0) == static_cast<std::size_t>(grid.rows) &&
                levels[c].shape(1) == static_cast<std::size_t>(grid.cols),
            "levels of component " + std::to_string(c) + " must be (" + std::to_string(grid.rows) +
                ", " + std::to_string(grid.cols) + ", 64)");
    out.grids.push_back({levels[c].data(), grid.rows, grid.cols, grid.used_rows, grid.used_cols});
  }
  return out;
}

// Baseline and progressive codes reach AC levels of 10 bits and DC differences of 11.
void require_codable(const std::vector<Levels>& grids) {
  for (const Levels& grid : grids) {
    const auto count = static_cast<std::ptrdiff_t>(grid.rows) * grid.cols * kBlock;
    bool codable = true;
    for (std::ptrdiff_t i = 0; i < count; ++i)
      codable &= grid.data[i] >= -1023 && grid.data[i] <= 1023;
    require(codable, "levels must lie in -1023..1023");
  }
}

std::vector<Scan> checked_scans(const std::vector<ScanTuple>& tuples, std::size_t components,
                                bool progressive) {
  require(!tuples.empty(), "at least one scan is needed");
  std::vector<Scan> scans;
  for (const auto& [members, first, last, high, low] : tuples) {
    require(!members.empty(), "a scan needs a component");
    for (std::size_t i = 0; i < members.size(); ++i)
      require(members[i] >= 0 && static_cast<std::size_t>(members[i]) < components &&
                  (i == 0 || members[i] > members[i - 1]),
              "a scan's components must be known and in order");
    require(first >= 0 && first <= last && last < kBlock && low >= 0 && low <= 13 &&
                (high == 0 || high == low + 1),
            "a scan's band or approximation is out of range");
    if (progressive)
      require((first == 0) == (last == 0) && (first == 0 || members.size() == 1),
              "a progressive scan is DC alone, or AC of one component");
    else
      require(first == 0 && last == kBlock - 1 && high == 0 && low == 0 &&
                  members.size() == components,
              "a baseline scan holds every coefficient of every component");
    scans.push_back({members, first, last, high, low});
  }
  return scans;
}

nb::list scan_statistics_binding(const std::vector<In<std::int16_t, BlockShape>>& levels,
                                 int height, int width, bool chroma_420,
                                 const std::vector<ScanTuple>& scans, bool progressive,
                                 int threads) {
  const Levelled input = checked_levels(levels, height, width, chroma_420);
  const auto script = checked_scans(scans, levels.size(), progressive);
  const int workers = checked_threads(threads);
  std::vector<ScanStatistics> statistics(script.size());
  {
    nb::gil_scoped_release release;
    require_codable(input.grids);
    parallel_for(static_cast<int>(script.size()), workers, [&](int i) {
      const auto s = static_cast<std::size_t>(i);
      statistics[s] = scan_statistics(input.grids, input.sampling, script[s], progressive);
    });
  }
  nb::list out;
  for (const ScanStatistics& s : statistics) {
    std::vector<std::int64_t> counts;
    for (const Counts& table : s.counts) counts.insert(counts.end(), table.begin(), table.end());
    out.append(nb::make_tuple(owned(std::move(counts), {kSlots, 256}), s.extra_bits, s.eob_blocks));
  }
  return out;
}

nb::bytes write_jpeg_binding(const std::vector<In<std::int16_t, BlockShape>>& levels, int height,
                             int width, bool chroma_420,
                             const std::vector<std::array<std::uint8_t, kBlock>>& tables,
                             const std::vector<ScanTuple>& scans, bool progressive,
                             const nb::bytes& segments, int threads) {
  const Levelled input = checked_levels(levels, height, width, chroma_420);
  require(tables.size() == (levels.size() == 1 ? 1u : 2u),
          "tables must be one for grey, two for colour");
  for (const auto& table : tables)
    for (const std::uint8_t q : table) require(q >= 1, "quantisation steps must lie in 1..255");
  const auto* first = static_cast<const std::uint8_t*>(segments.data());
  const Frame frame{height,
                    width,
                    progressive,
                    input.grids,
                    input.sampling,
                    tables,
                    checked_scans(scans, levels.size(), progressive),
                    std::vector<std::uint8_t>(first, first + segments.size())};
  const int workers = checked_threads(threads);
  std::vector<std::uint8_t> data;
  {
    nb::gil_scoped_release release;
    require_codable(frame.components);
    data = write_jpeg(frame, workers);
  }
  return as_bytes(data);
}

}  // namespace

NB_MODULE(_core, m) {
  m.doc() = "Foveate's encoder core; see foveate.native for what each function takes and gives.";
  using namespace nb::literals;
  m.def("forward", &forward_binding, "pixels"_a.noconvert(), "chroma_420"_a, "threads"_a = 1);
  m.def("used_blocks", &used_blocks, "height"_a, "width"_a, "channels"_a, "chroma_420"_a);
  m.def("quantise_ac", &quantise_ac_binding, "coefficients"_a, "weights"_a, "steps"_a,
        "sensitivity"_a, "lam"_a, "bands"_a, "levels"_a.noconvert(), "used"_a, "threads"_a = 1,
        "masking"_a = nb::none());
  m.def("quantise_dc", &quantise_dc_binding, "coefficients"_a, "weights"_a, "steps"_a,
        "sensitivity"_a, "lam"_a, "size_bits"_a, "mcu"_a, "levels"_a.noconvert(), "used"_a);
  m.def("round_levels", &round_levels_binding, "coefficients"_a, "steps"_a,
        "levels"_a.noconvert(), "used"_a, "threads"_a = 1);
  m.def("weighted_error", &weighted_error_binding, "coefficients"_a, "weights"_a, "steps"_a,
        "sensitivity"_a, "levels"_a.noconvert(), "used"_a, "threads"_a = 1);
  m.def("fit_steps", &fit_steps_binding, "coefficients"_a, "weights"_a, "levels"_a.noconvert(),
        "used"_a, "threads"_a = 1);
  m.def("fill_padding", &fill_padding_binding, "levels"_a.noconvert(), "used"_a);
  m.def("huffman_lengths", &huffman_lengths_binding, "counts"_a.noconvert());
  m.def("scan_statistics", &scan_statistics_binding, "levels"_a.noconvert(), "height"_a, "width"_a,
        "chroma_420"_a, "scans"_a, "progressive"_a, "threads"_a = 1);
  m.def("write_jpeg", &write_jpeg_binding, "levels"_a.noconvert(), "height"_a, "width"_a,
        "chroma_420"_a, "tables"_a, "scans"_a, "progressive"_a, "segments"_a, "threads"_a = 1);
}
