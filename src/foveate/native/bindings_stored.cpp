// Files to the coefficients that they store, and back: checked here, once.
#include "bindings.hpp"

#include <tuple>

#include "decode.hpp"
#include "transcode.hpp"

namespace foveate {
namespace {

using StoredTuple =
    nb::typed<nb::tuple, int, nb::typed<nb::tuple, int, int>, nb::typed<nb::tuple, int, int>,
              nb::ndarray<nb::numpy, std::int16_t>, nb::ndarray<nb::numpy, std::uint16_t>>;
using PictureTuple = nb::typed<nb::tuple, int, int, bool, int, bool, std::int64_t,
                               nb::typed<nb::list, StoredTuple>>;
using StoredScanTuple = std::tuple<std::vector<int>, int, int, int, int>;

PictureTuple stored_levels_binding(const nb::bytes& data, int most_scans,
                                   std::int64_t most_blocks) {
  StoredPicture picture;
  {
    nb::gil_scoped_release release;
    picture = decode(static_cast<const std::uint8_t*>(data.data()), data.size(),
                     {most_scans, most_blocks});
  }
  nb::list components;
  for (StoredComponent& c : picture.components) {
    auto* kept = new std::vector<std::int16_t>(std::move(c.levels));
    nb::capsule owner(kept, [](void* p) noexcept {
      delete static_cast<std::vector<std::int16_t>*>(p);
    });
    nb::ndarray<nb::numpy, std::int16_t> levels(
        kept->data(),
        {static_cast<std::size_t>(c.grid.rows), static_cast<std::size_t>(c.grid.cols), kBlock},
        owner);
    const std::vector<std::uint16_t> steps(c.steps.begin(), c.steps.end());
    components.append(nb::make_tuple(c.id, nb::make_tuple(c.sampling.h, c.sampling.v),
                                     nb::make_tuple(c.grid.used_rows, c.grid.used_cols), levels,
                                     owned(steps, {steps.size()})));
  }
  return PictureTuple(nb::make_tuple(picture.height, picture.width, picture.progressive,
                                     picture.restart_interval, picture.complete,
                                     static_cast<std::int64_t>(picture.end), components));
}

StoredLevels checked_stored(const std::vector<In<std::int16_t, BlockShape>>& levels,
                            const std::vector<Used>& used,
                            const std::vector<std::pair<int, int>>& sampling,
                            const std::vector<int>& ids, const std::vector<int>& classes,
                            bool progressive, int restart_interval) {
  const std::size_t count = levels.size();
  require(count >= 1 && count <= 4, "levels must be of 1 to 4 components");
  require(used.size() == count && sampling.size() == count && ids.size() == count &&
              classes.size() == count,
          "used, sampling, ids and classes must have an entry a component");
  require(restart_interval >= 0 && restart_interval <= 65535,
          "the restart interval must lie in 0..65535");
  StoredLevels out{{}, {}, ids, classes, progressive, restart_interval};
  for (std::size_t c = 0; c < count; ++c) {
    const auto [h, v] = sampling[c];
    require(h >= 1 && h <= 4 && v >= 1 && v <= 4, "sampling must lie in 1..4");
    require(classes[c] == 0 || classes[c] == 1, "classes must be 0 or 1");
    require(ids[c] >= 0 && ids[c] <= 255, "ids must lie in 0..255");
    const auto grid = grid_of<const std::int16_t>(levels[c], used[c], "levels");
    out.grids.push_back(grid);
    out.sampling.push_back({h, v});
    const Sampling first = out.sampling[0];
    require(grid.rows % v == 0 && grid.cols % h == 0 &&
                grid.rows / v * first.v == out.grids[0].rows &&
                grid.cols / h * first.h == out.grids[0].cols,
            "levels must hold whole MCUs, as many in each component");
  }
  return out;
}

std::vector<StoredScan> checked_stored_scans(const std::vector<StoredScanTuple>& tuples,
                                             std::size_t components, bool progressive) {
  require(!tuples.empty(), "at least one scan is needed");
  std::vector<StoredScan> scans;
  for (const auto& [members, first, last, high, low] : tuples) {
    require(!members.empty(), "a scan needs a component");
    for (std::size_t i = 0; i < members.size(); ++i)
      require(members[i] >= 0 && static_cast<std::size_t>(members[i]) < components &&
                  (i == 0 || members[i] > members[i - 1]),
              "a scan's components must be known and in order");
    require(first >= 0 && first <= last && last < kBlock, "a scan's band is out of range");
    require(low >= 0 && low <= 13 && (high == 0 || high == low + 1),
            "a scan's bits are out of range");
    if (progressive)
      require((first == 0) == (last == 0) && (first == 0 || members.size() == 1),
              "a progressive scan is DC alone, or AC of one component");
    else
      require(first == 0 && last == kBlock - 1 && high == 0 && low == 0,
              "a sequential scan holds every bit of every coefficient");
    scans.push_back({members, first, last, high, low});
  }
  return scans;
}

nb::typed<nb::list, nb::typed<nb::tuple, nb::ndarray<nb::numpy, std::int64_t>, std::int64_t,
                              std::int64_t>>
stored_scan_statistics_binding(const std::vector<In<std::int16_t, BlockShape>>& levels,
                               const std::vector<Used>& used,
                               const std::vector<std::pair<int, int>>& sampling,
                               const std::vector<int>& classes,
                               const std::vector<StoredScanTuple>& scans, bool progressive,
                               int restart_interval, int threads) {
  const std::vector<int> ids(levels.size(), 0);
  const StoredLevels picture =
      checked_stored(levels, used, sampling, ids, classes, progressive, restart_interval);
  const auto script = checked_stored_scans(scans, levels.size(), progressive);
  const int workers = checked_threads(threads);
  std::vector<ScanStatistics> statistics;
  {
    nb::gil_scoped_release release;
    statistics = stored_scan_statistics(picture, script, workers);
  }
  nb::list out;
  for (const ScanStatistics& s : statistics) {
    std::vector<std::int64_t> counts;
    for (const Counts& table : s.counts) counts.insert(counts.end(), table.begin(), table.end());
    out.append(nb::make_tuple(owned(counts, {kSlots, 256}), s.extra_bits, s.eob_blocks));
  }
  return out;
}

nb::bytes stored_scans_binding(const std::vector<In<std::int16_t, BlockShape>>& levels,
                               const std::vector<Used>& used,
                               const std::vector<std::pair<int, int>>& sampling,
                               const std::vector<int>& ids, const std::vector<int>& classes,
                               const std::vector<StoredScanTuple>& scans, bool progressive,
                               int restart_interval, int threads) {
  const StoredLevels picture =
      checked_stored(levels, used, sampling, ids, classes, progressive, restart_interval);
  const auto script = checked_stored_scans(scans, levels.size(), progressive);
  const int workers = checked_threads(threads);
  std::vector<std::uint8_t> data;
  {
    nb::gil_scoped_release release;
    data = stored_scans(picture, script, workers);
  }
  return nb::bytes(reinterpret_cast<const char*>(data.data()), data.size());
}

}  // namespace

void bind_stored(nb::module_& m) {
  using namespace nb::literals;
  m.def("stored_levels", &stored_levels_binding, "data"_a, "most_scans"_a, "most_blocks"_a,
        R"(What a JPEG file stores: height, width, whether it is progressive, restart interval,
whether every bit is stored, the bytes up to its EOI, and for each component its id, sampling
(across, down), used blocks, levels and quantisation steps.

ValueError says why a file is not read: its kind is not known here, it is damaged, or it is
beyond the limits.)");
  m.def("stored_scan_statistics", &stored_scan_statistics_binding, "levels"_a.noconvert(), "used"_a,
        "sampling"_a, "classes"_a, "scans"_a, "progressive"_a, "restart_interval"_a = 0,
        "threads"_a = 1,
        R"(The statistics of each scan (components, first, last, high, low), as `scan_statistics` has them.)");
  m.def("stored_scans", &stored_scans_binding, "levels"_a.noconvert(), "used"_a, "sampling"_a,
        "ids"_a, "classes"_a, "scans"_a, "progressive"_a, "restart_interval"_a = 0, "threads"_a = 1,
        R"(Huffman tables, header and coded data of each scan (components, first, last, high, low).)");
}

}  // namespace foveate
