// Levels to statistics and files: NumPy arrays in, arrays and bytes out; checked here, once.
#include "bindings.hpp"

#include <optional>
#include <tuple>

#include "colour.hpp"
#include "inverse.hpp"
#include "levels.hpp"
#include "parallel.hpp"
#include "stream.hpp"

namespace foveate {
namespace {

using ScanStatisticsList =
    nb::typed<nb::list, nb::typed<nb::tuple, nb::ndarray<nb::numpy, std::int64_t>, std::int64_t,
                                  std::int64_t>>;
using ScanTuple = std::tuple<std::vector<int>, int, int>;

Counts checked_table(const std::int64_t* counts) {
  Counts checked;
  for (std::size_t s = 0; s < checked.size(); ++s) {
    checked[s] = counts[s];
    require(checked[s] >= 0 && checked[s] < (std::int64_t{1} << 48),
            "counts must lie in 0..2^48");
  }
  return checked;
}

nb::ndarray<nb::numpy, std::uint8_t> huffman_lengths_binding(
    const In<std::int64_t, nb::shape<256>>& counts) {
  const Lengths lengths = huffman_lengths(checked_table(counts.data()));
  return owned(std::vector<std::uint8_t>(lengths.begin(), lengths.end()), {lengths.size()});
}

std::array<float, 256> symbol_bits_binding(const In<std::int64_t, nb::shape<256>>& counts,
                                           float unseen) {
  require(unseen >= 0.0f && unseen <= 16.0f, "unseen must lie in 0..16");
  return symbol_bits(checked_table(counts.data()), unseen);
}

std::pair<std::vector<int>, std::int64_t> coded_size_binding(
    const In<std::int64_t, nb::shape<kSlots, 256>>& counts) {
  std::vector<int> symbols;
  std::int64_t bits = 0;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    const CodedSize own = coded_size(checked_table(counts.data() + 256 * slot));
    symbols.push_back(own.symbols);
    bits += own.bits;
  }
  return {symbols, bits};
}

// Components as the picture's size implies them, checked against the arrays given.
PictureLevels checked_levels(const std::vector<In<std::int16_t, BlockShape>>& levels, int height,
                        int width, bool chroma_420, bool progressive) {
  require(levels.size() == 1 || levels.size() == 3, "levels must be one component or three");
  require(height >= 1 && width >= 1 && height <= 65535 && width <= 65535,
          "height and width must lie in 1..65535");
  PictureLevels out{{}, component_sampling(static_cast<int>(levels.size()), chroma_420), progressive};
  for (std::size_t c = 0; c < levels.size(); ++c) {
    const auto grid = component_grid(height, width, out.sampling, static_cast<int>(c));
    require(levels[c].shape(0) == static_cast<std::size_t>(grid.rows) &&
                levels[c].shape(1) == static_cast<std::size_t>(grid.cols),
            "levels of component " + std::to_string(c) + " must be (" + std::to_string(grid.rows) +
                ", " + std::to_string(grid.cols) + ", 64)");
    out.components.push_back(
        {levels[c].data(), grid.rows, grid.cols, grid.used_rows, grid.used_cols});
  }
  return out;
}

// Baseline and progressive codes reach AC levels of 10 bits and DC differences of 11.
void require_codable(const PictureLevels& picture, int threads) {
  for (const Levels& grid : picture.components)
    parallel_for(grid.rows, threads, [&](int row) {
      const std::int16_t* levels = grid.block(row, 0);
      const std::ptrdiff_t count = static_cast<std::ptrdiff_t>(grid.cols) * kBlock;
      std::int16_t least = 0, most = 0;
      for (std::ptrdiff_t i = 0; i < count; ++i) {
        least = std::min(least, levels[i]);
        most = std::max(most, levels[i]);
      }
      require(least >= -kMaxLevel && most <= kMaxLevel, "levels must lie in -1023..1023");
    });
}

std::vector<Scan> checked_scans(const std::vector<ScanTuple>& tuples, std::size_t components,
                                bool progressive) {
  require(!tuples.empty(), "at least one scan is needed");
  std::vector<Scan> scans;
  for (const auto& [members, first, last] : tuples) {
    require(!members.empty(), "a scan needs a component");
    for (std::size_t i = 0; i < members.size(); ++i)
      require(members[i] >= 0 && static_cast<std::size_t>(members[i]) < components &&
                  (i == 0 || members[i] > members[i - 1]),
              "a scan's components must be known and in order");
    require(first >= 0 && first <= last && last < kBlock, "a scan's band is out of range");
    if (progressive)
      require((first == 0) == (last == 0) && (first == 0 || members.size() == 1),
              "a progressive scan is DC alone, or AC of one component");
    else
      require(first == 0 && last == kBlock - 1 && members.size() == components,
              "a baseline scan holds every coefficient of every component");
    scans.push_back({members, first, last});
  }
  return scans;
}

ScanStatisticsList scan_statistics_binding(const std::vector<In<std::int16_t, BlockShape>>& levels,
                                 int height, int width, bool chroma_420,
                                 const std::vector<ScanTuple>& scans, bool progressive,
                                 int threads) {
  const PictureLevels picture = checked_levels(levels, height, width, chroma_420, progressive);
  const auto script = checked_scans(scans, levels.size(), progressive);
  const int workers = checked_threads(threads);
  std::vector<ScanStatistics> statistics;
  {
    nb::gil_scoped_release release;
    require_codable(picture, workers);
    statistics = scan_statistics(picture, script, workers);
  }
  ScanStatisticsList out;
  for (const ScanStatistics& s : statistics) {
    std::vector<std::int64_t> counts;
    for (const Counts& table : s.counts) counts.insert(counts.end(), table.begin(), table.end());
    out.append(nb::make_tuple(owned(counts, {kSlots, 256}), s.extra_bits, s.eob_blocks));
  }
  return out;
}

using CountTable = In<std::int64_t, nb::shape<kSlots, 256>>;

std::vector<ScanStatistics> checked_counts(const std::vector<CountTable>& counts,
                                           std::size_t scans) {
  require(counts.size() == scans, "counts must have one table a scan");
  std::vector<ScanStatistics> statistics(scans);
  for (std::size_t i = 0; i < scans; ++i)
    for (std::size_t slot = 0; slot < kSlots; ++slot)
      statistics[i].counts[slot] = checked_table(counts[i].data() + 256 * slot);
  return statistics;
}

nb::bytes write_jpeg_binding(const std::vector<In<std::int16_t, BlockShape>>& levels, int height,
                             int width, bool chroma_420,
                             const std::vector<std::array<std::uint8_t, kBlock>>& tables,
                             const std::vector<ScanTuple>& scans, bool progressive,
                             const nb::bytes& segments, int threads,
                             const std::optional<std::vector<CountTable>>& counts) {
  const PictureLevels picture = checked_levels(levels, height, width, chroma_420, progressive);
  require(tables.size() == (levels.size() == 1 ? 1u : 2u),
          "tables must be one for grey, two for colour");
  for (const auto& table : tables)
    for (const std::uint8_t q : table) require(q >= 1, "quantisation steps must lie in 1..255");
  const auto* first = static_cast<const std::uint8_t*>(segments.data());
  const Frame frame{height,
                    width,
                    picture,
                    tables,
                    checked_scans(scans, levels.size(), progressive),
                    std::vector<std::uint8_t>(first, first + segments.size())};
  const int workers = checked_threads(threads);
  std::vector<ScanStatistics> statistics;
  if (counts) statistics = checked_counts(*counts, scans.size());
  std::vector<std::uint8_t> data;
  {
    nb::gil_scoped_release release;
    require_codable(picture, workers);
    if (!counts) statistics = scan_statistics(picture, frame.scans, workers);
    data = write_jpeg(frame, statistics, workers);
  }
  return nb::bytes(reinterpret_cast<const char*>(data.data()), data.size());
}

nb::ndarray<nb::numpy, std::uint8_t> inverse_binding(
    const std::vector<In<std::int16_t, BlockShape>>& levels, int height, int width,
    bool chroma_420, const std::vector<Steps>& tables, int threads) {
  const PictureLevels picture = checked_levels(levels, height, width, chroma_420, false);
  require(tables.size() == (levels.size() == 1 ? 1u : 2u),
          "tables must be one for grey, two for colour");
  std::vector<Steps> steps;
  for (std::size_t c = 0; c < levels.size(); ++c)
    steps.push_back(checked_steps(tables[std::min<std::size_t>(c, 1)]));
  const int workers = checked_threads(threads);
  const std::size_t rows = static_cast<std::size_t>(height), cols = static_cast<std::size_t>(width);
  std::unique_ptr<std::uint8_t[]> pixels(new std::uint8_t[rows * cols * levels.size()]);
  {
    nb::gil_scoped_release release;
    inverse(picture.components, steps, picture.sampling, height, width, pixels.get(), workers);
  }
  if (levels.size() == 1) return owned(std::move(pixels), {rows, cols});
  return owned(std::move(pixels), {rows, cols, levels.size()});
}

}  // namespace

void bind_stream(nb::module_& m) {
  using namespace nb::literals;
  m.def("huffman_lengths", &huffman_lengths_binding, "counts"_a.noconvert(),
        R"(Optimal JPEG code lengths of 256 symbols, at most 16 bits; 0 for those that do not occur.)");
  m.def("symbol_bits", &symbol_bits_binding, "counts"_a.noconvert(), "unseen"_a,
        R"(What each of 256 symbols costs: its optimal code length in bits.

Symbols that do not occur cost `unseen` bits more than the dearest that does, at most 16; where
none occurs, all cost 8.)");
  m.def("coded_size", &coded_size_binding, "counts"_a.noconvert(),
        R"(The symbols in each of a scan's four tables, and the bits of all that is coded with them.

`counts`: (4, 256), as `scan_statistics` gives them.)");
  m.def("inverse", &inverse_binding, "levels"_a.noconvert(), "height"_a, "width"_a, "chroma_420"_a,
        "tables"_a, "threads"_a = 1,
        R"(The uint8 pixels, (H, W) or (H, W, 3), that a decoder shows of these levels.

Chroma is interpolated as libjpeg does it; decoders with integer DCTs differ by about 1.)");
  m.def("scan_statistics", &scan_statistics_binding, "levels"_a.noconvert(), "height"_a, "width"_a,
        "chroma_420"_a, "scans"_a, "progressive"_a, "threads"_a = 1,
        R"(A scan's symbol counts (4, 256), its bits beside the symbols, its blocks that end in an EOB.

Tables in order: luma DC, luma AC, chroma DC, chroma AC.)");
  m.def("write_jpeg", &write_jpeg_binding, "levels"_a.noconvert(), "height"_a, "width"_a,
        "chroma_420"_a, "tables"_a, "scans"_a, "progressive"_a, "segments"_a, "threads"_a = 1,
        "counts"_a = nb::none(),
        R"(The whole JPEG file with optimal Huffman tables; `segments` follow JFIF's own.

`counts`: each scan's symbol counts where `scan_statistics` has found them for these levels.)");
}

}  // namespace foveate
