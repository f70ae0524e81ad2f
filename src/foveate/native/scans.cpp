#include "scans.hpp"

#include <algorithm>

#include "entropy_bits.hpp"
#include "parallel.hpp"
#include "scan_coders.hpp"

namespace foveate {
namespace {

struct CountingSink {
  ScanStatistics& statistics;
  void symbol(int slot, int symbol, unsigned, int count) {
    ++statistics.counts[slot][static_cast<std::size_t>(symbol)];
    statistics.extra_bits += count;
  }
  void eob_block() { ++statistics.eob_blocks; }
};

constexpr int kPartRows = 32;

// A piece of a scan that can be coded by itself: rows of blocks where the scan has one component,
// rows of MCUs where it has several.
struct Part {
  std::size_t scan;
  int first;
  int end;
  bool ends_scan;
};

std::vector<Part> parts_of(const PictureLevels& picture, const std::vector<Scan>& scans) {
  std::vector<Part> parts;
  for (std::size_t s = 0; s < scans.size(); ++s) {
    const Scan& scan = scans[s];
    const Levels& grid = picture.components[static_cast<std::size_t>(scan.components[0])];
    const int rows = scan.components.size() == 1
                         ? grid.used_rows
                         : picture.components[0].rows / picture.sampling[0].v;
    for (int row = 0; row < rows; row += kPartRows)
      parts.push_back({s, row, std::min(row + kPartRows, rows), row + kPartRows >= rows});
  }
  return parts;
}

// The blocks that ended early at the end of a part, after the last block with a level in the band.
struct Tail {
  int blocks = 0;
  bool whole_part = true;  // there is no such block
};

Tail tail_of(const Levels& grid, const Scan& scan, const Part& part) {
  Tail tail;
  for (int row = part.end - 1; row >= part.first; --row)
    for (int col = grid.used_cols - 1; col >= 0; --col) {
      const std::int16_t* levels = grid.block(row, col);
      int last = scan.last;
      while (last >= scan.first && levels[last] == 0) --last;
      if (last < scan.last) ++tail.blocks;
      if (last >= scan.first) {
        tail.whole_part = false;
        return tail;
      }
    }
  return tail;
}

// For each part of an AC scan, how many blocks that ended early wait to be written before it. Each
// part is looked through once, since flat pictures are empty up to their first row.
std::vector<int> waiting_eobs(const PictureLevels& picture, const std::vector<Scan>& scans,
                              const std::vector<Part>& parts, int threads) {
  std::vector<int> waiting(parts.size());
  if (!picture.progressive) return waiting;
  std::vector<Tail> tails(parts.size());
  parallel_for(static_cast<int>(parts.size()), threads, [&](int n) {
    const auto i = static_cast<std::size_t>(n);
    const Scan& scan = scans[parts[i].scan];
    if (scan.first == 0 || parts[i].ends_scan) return;
    tails[i] = tail_of(picture.components[static_cast<std::size_t>(scan.components[0])], scan,
                       parts[i]);
  });
  for (std::size_t i = 1; i < parts.size(); ++i)
    if (parts[i].first > 0 && scans[parts[i].scan].first > 0) {
      const Tail& before = tails[i - 1];
      waiting[i] = (before.blocks + (before.whole_part ? waiting[i - 1] : 0)) % kLongestEobRun;
    }
  return waiting;
}

CoderState state_before(const PictureLevels& picture, const Scan& scan, int row, int eob_run) {
  CoderState state;
  state.eob_run = eob_run;
  if (row == 0) return state;
  for (const int c : scan.components) {
    const auto i = static_cast<std::size_t>(c);
    const Levels& grid = picture.components[i];
    const bool alone = scan.components.size() == 1;
    const int last_row = alone ? row - 1 : row * picture.sampling[i].v - 1;
    const int last_col = (alone ? grid.used_cols : grid.cols) - 1;
    state.predictors[i] = grid.block(last_row, last_col)[0];
  }
  return state;
}

// Visits blocks in coding order: MCU by MCU for several components, row by row for one (A.2).
template <class Coder>
void visit(const PictureLevels& picture, const Scan& scan, const Part& part, Coder& coder) {
  if (scan.components.size() == 1) {
    const int c = scan.components[0];
    const Levels& grid = picture.components[static_cast<std::size_t>(c)];
    for (int row = part.first; row < part.end; ++row)
      for (int col = 0; col < grid.used_cols; ++col) coder.block(c, grid.block(row, col));
    return;
  }
  const int mcu_cols = picture.components[0].cols / picture.sampling[0].h;
  for (int mcu_row = part.first; mcu_row < part.end; ++mcu_row)
    for (int mcu_col = 0; mcu_col < mcu_cols; ++mcu_col)
      for (const int c : scan.components) {
        const auto i = static_cast<std::size_t>(c);
        const Sampling own = picture.sampling[i];
        for (int v = 0; v < own.v; ++v)
          for (int h = 0; h < own.h; ++h)
            coder.block(c, picture.components[i].block(mcu_row * own.v + v, mcu_col * own.h + h));
      }
}

template <template <class> class Coder, class Sink>
void run(const PictureLevels& picture, const Scan& scan, const Part& part, int eob_run,
         Sink& sink) {
  Coder<Sink> coder(scan, state_before(picture, scan, part.first, eob_run), sink);
  visit(picture, scan, part, coder);
  if (part.ends_scan) coder.finish();
}

template <class Sink>
void code_part(const PictureLevels& picture, const Scan& scan, const Part& part, int eob_run,
               Sink& sink) {
  if (!picture.progressive)
    run<SequentialCoder>(picture, scan, part, eob_run, sink);
  else if (scan.first == 0)
    run<DcCoder>(picture, scan, part, eob_run, sink);
  else
    run<AcCoder>(picture, scan, part, eob_run, sink);
}

}  // namespace

std::vector<ScanStatistics> scan_statistics(const PictureLevels& picture,
                                            const std::vector<Scan>& scans, int threads) {
  const std::vector<Part> parts = parts_of(picture, scans);
  const std::vector<int> eobs = waiting_eobs(picture, scans, parts, threads);
  std::vector<ScanStatistics> counted(parts.size());
  parallel_for(static_cast<int>(parts.size()), threads, [&](int n) {
    const auto i = static_cast<std::size_t>(n);
    CountingSink sink{counted[i]};
    code_part(picture, scans[parts[i].scan], parts[i], eobs[i], sink);
  });
  std::vector<ScanStatistics> total(scans.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ScanStatistics& sum = total[parts[i].scan];
    for (int slot = 0; slot < kSlots; ++slot)
      for (std::size_t s = 0; s < 256; ++s) sum.counts[slot][s] += counted[i].counts[slot][s];
    sum.extra_bits += counted[i].extra_bits;
    sum.eob_blocks += counted[i].eob_blocks;
  }
  return total;
}

std::vector<std::vector<std::uint8_t>> encode_scans(const PictureLevels& picture,
                                                    const std::vector<Scan>& scans,
                                                    const std::vector<ScanTables>& tables,
                                                    int threads) {
  const std::vector<Part> parts = parts_of(picture, scans);
  const std::vector<int> eobs = waiting_eobs(picture, scans, parts, threads);
  std::vector<Bits> coded(parts.size());
  parallel_for(static_cast<int>(parts.size()), threads, [&](int n) {
    const auto i = static_cast<std::size_t>(n);
    BitSink sink(tables[parts[i].scan], coded[i]);
    code_part(picture, scans[parts[i].scan], parts[i], eobs[i], sink);
  });
  std::vector<std::vector<std::uint8_t>> segments(scans.size());
  parallel_for(static_cast<int>(scans.size()), threads, [&](int s) {
    const auto of_scan = [&](const Part& part) { return part.scan == static_cast<std::size_t>(s); };
    const auto first = std::find_if(parts.begin(), parts.end(), of_scan) - parts.begin();
    const auto count = std::count_if(parts.begin(), parts.end(), of_scan);
    segments[static_cast<std::size_t>(s)] =
        stuffed(coded.data() + first, coded.data() + first + count);
  });
  return segments;
}

}  // namespace foveate
