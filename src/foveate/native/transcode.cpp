#include "transcode.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <stdexcept>

#include "entropy_bits.hpp"
#include "parallel.hpp"
#include "scan_coders.hpp"

namespace foveate {
namespace {

constexpr int kComponents = 4;

struct Counting {
  ScanStatistics& statistics;
  void symbol(int slot, int symbol, unsigned, int count) {
    ++statistics.counts[slot][static_cast<std::size_t>(symbol)];
    statistics.extra_bits += count;
  }
  void bits(unsigned, int count) { statistics.extra_bits += count; }
  void restart() {}
  void eob_block() { ++statistics.eob_blocks; }
};

// Bits of one restart interval after another.
class Writing {
 public:
  explicit Writing(const ScanTables& tables) : tables_(tables) { restart(); }
  void symbol(int slot, int symbol, unsigned value, int count) {
    sink_->symbol(slot, symbol, value, count);
  }
  void bits(unsigned value, int count) { sink_->bits(value, count); }
  void eob_block() {}
  void restart() {
    sink_.reset();
    parts_.emplace_back();
    sink_ = std::make_unique<BitSink>(tables_, parts_.back());
  }
  void append_to(std::vector<std::uint8_t>& out) {
    sink_.reset();
    int restarts = 0;
    for (const Bits& part : parts_) {
      const auto coded = stuffed(&part, &part + 1);
      if (restarts > 0) {
        out.push_back(0xFF);
        out.push_back(static_cast<std::uint8_t>(0xD0 + ((restarts - 1) & 7)));
      }
      out.insert(out.end(), coded.begin(), coded.end());
      ++restarts;
    }
  }

 private:
  const ScanTables& tables_;
  std::deque<Bits> parts_;
  std::unique_ptr<BitSink> sink_;
};

template <class Sink>
class Coder {
 public:
  Coder(const StoredLevels& picture, const StoredScan& scan, Sink& sink)
      : picture_(picture), scan_(scan), sink_(sink), band_(band_bits(scan.first, scan.last)) {}

  void block(int component, const std::int16_t* levels) {
    const int dc_slot = 2 * picture_.classes[static_cast<std::size_t>(component)];
    const int ac_slot = dc_slot + 1;
    if (!picture_.progressive) {
      dc(levels[0], component, dc_slot);
      sequential_ac(levels, ac_slot);
    } else if (scan_.first == 0 && scan_.high == 0) {
      dc(levels[0] >> scan_.low, component, dc_slot);  // G.1.2.1
    } else if (scan_.first == 0) {
      sink_.bits(static_cast<unsigned>(levels[0] >> scan_.low) & 1u, 1);
    } else if (scan_.high == 0) {
      ac_first(levels, ac_slot);
    } else {
      ac_refined(levels, ac_slot);
    }
  }

  // Ends the runs of a scan or of a restart interval.
  void finish() { end_run(); }

  void restart() {
    end_run();
    std::fill(std::begin(predictors_), std::end(predictors_), 0);
    sink_.restart();
  }

 private:
  void dc(int level, int component, int slot) {
    int& predictor = predictors_[component];
    if (std::abs(level - predictor) > 2047)
      throw std::invalid_argument("a DC difference is larger than 8-bit JPEG has them");
    code_dc(level, predictor, slot, sink_);
  }

  void ac(int run, int level, int slot) {
    if (std::abs(level) > 1023)
      throw std::invalid_argument("an AC level is larger than 8-bit JPEG has them");
    code_ac(run, level, slot, sink_);
  }

  void sequential_ac(const std::int16_t* levels, int slot) {
    int previous = 0;
    for_each_bit(nonzero_bits(levels) & ~std::uint64_t{1}, [&](int k) {
      ac(k - previous - 1, levels[k], slot);
      previous = k;
    });
    if (previous < kBlock - 1) sink_.symbol(slot, 0, 0, 0);
  }

  void ac_first(const std::int16_t* levels, int slot) {
    int previous = scan_.first - 1;
    for_each_bit(nonzero_bits(levels) & band_, [&](int k) {
      const int size = std::abs(levels[k]) >> scan_.low;  // towards zero, G.1.2.2
      if (size == 0) return;
      end_run();
      ac(k - previous - 1, levels[k] < 0 ? -size : size, slot);
      previous = k;
    });
    if (previous < scan_.last) lengthen_run(slot);
  }

  // G.1.2.3: new levels with the zeros before them, and a bit for each level that is known.
  void ac_refined(const std::int16_t* levels, int slot) {
    const std::uint64_t coded = nonzero_bits(levels) & band_;
    int last_new = -1;
    for_each_bit(coded, [&](int k) {
      if (std::abs(levels[k]) >> scan_.low == 1) last_new = k;
    });
    int run = 0, previous = scan_.first - 1;
    const std::size_t owed = corrections_.size();  // of the blocks of the run so far
    std::size_t own = owed;                        // where this block's begin
    const auto flush = [&] {
      end_run(own);
      own = 0;
    };
    for_each_bit(coded, [&](int k) {
      const int size = std::abs(levels[k]) >> scan_.low;
      run += k - previous - 1;
      previous = k;
      if (size == 0) {
        ++run;
        return;
      }
      for (; run > 15 && k <= last_new; run -= 16) {
        flush();
        sink_.symbol(slot, kZeroRun, 0, 0);
        write_corrections(corrections_.size());
      }
      if (size > 1) {
        corrections_.push_back(static_cast<std::uint8_t>(size & 1));
        return;
      }
      flush();
      sink_.symbol(slot, (run << 4) | 1, levels[k] < 0 ? 0 : 1, 1);
      write_corrections(corrections_.size());
      run = 0;
    });
    if (run + scan_.last - previous > 0 || corrections_.size() > own) lengthen_run(slot);
  }

  void lengthen_run(int slot) {
    run_slot_ = slot;
    sink_.eob_block();
    if (++eob_run_ == kLongestEobRun) end_run();
  }

  // Writes the run of blocks that ended early, and the first `owed` corrections, which are its.
  void end_run(std::size_t owed) {
    if (eob_run_ > 0) {
      const int bits = size_category(static_cast<unsigned>(eob_run_)) - 1;
      sink_.symbol(run_slot_, bits << 4, static_cast<unsigned>(eob_run_), bits);
      eob_run_ = 0;
      write_corrections(owed);
    }
  }
  void end_run() { end_run(corrections_.size()); }

  void write_corrections(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) sink_.bits(corrections_[i], 1);
    corrections_.erase(corrections_.begin(),
                       corrections_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  const StoredLevels& picture_;
  const StoredScan& scan_;
  Sink& sink_;
  std::uint64_t band_;
  int predictors_[kComponents] = {};
  int eob_run_ = 0;
  int run_slot_ = 0;
  std::vector<std::uint8_t> corrections_;  // bits that follow the symbol they wait for
};

template <class Sink>
void code(const StoredLevels& picture, const StoredScan& scan, Sink& sink) {
  Coder<Sink> coder(picture, scan, sink);
  int left = picture.restart_interval;
  const auto next_mcu = [&] {
    if (picture.restart_interval == 0) return;
    if (left == 0) {
      coder.restart();
      left = picture.restart_interval;
    }
    --left;
  };
  if (scan.components.size() == 1) {
    const int c = scan.components[0];
    const Levels& grid = picture.grids[static_cast<std::size_t>(c)];
    for (int row = 0; row < grid.used_rows; ++row)
      for (int col = 0; col < grid.used_cols; ++col) {
        next_mcu();
        coder.block(c, grid.block(row, col));
      }
  } else {
    const int mcu_rows = picture.grids[0].rows / picture.sampling[0].v;
    const int mcu_cols = picture.grids[0].cols / picture.sampling[0].h;
    for (int row = 0; row < mcu_rows; ++row)
      for (int col = 0; col < mcu_cols; ++col) {
        next_mcu();
        for (const int c : scan.components) {
          const auto i = static_cast<std::size_t>(c);
          const Sampling s = picture.sampling[i];
          for (int v = 0; v < s.v; ++v)
            for (int h = 0; h < s.h; ++h)
              coder.block(c, picture.grids[i].block(row * s.v + v, col * s.h + h));
        }
      }
  }
  coder.finish();
}

void put_word(std::vector<std::uint8_t>& out, int value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

// DHT and SOS: all tables in one segment.
std::vector<std::uint8_t> header_of(const StoredLevels& picture, const StoredScan& scan,
                                    const ScanTables& tables) {
  std::vector<std::uint8_t> out;
  int length = 2;
  for (const HuffmanTable& table : tables)
    if (!table.symbols.empty()) length += 17 + static_cast<int>(table.symbols.size());
  if (length > 2) {
    put_word(out, 0xFFC4);
    put_word(out, length);
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      const HuffmanTable& table = tables[slot];
      if (table.symbols.empty()) continue;
      out.push_back(static_cast<std::uint8_t>(((slot & 1) << 4) | (slot >> 1)));
      out.insert(out.end(), table.counts_by_length.begin(), table.counts_by_length.end());
      out.insert(out.end(), table.symbols.begin(), table.symbols.end());
    }
  }
  const bool dc = scan.first == 0 && scan.high == 0, ac = !picture.progressive || scan.first > 0;
  put_word(out, 0xFFDA);
  put_word(out, 6 + 2 * static_cast<int>(scan.components.size()));
  out.push_back(static_cast<std::uint8_t>(scan.components.size()));
  for (const int c : scan.components) {
    const int own = picture.classes[static_cast<std::size_t>(c)];
    out.push_back(static_cast<std::uint8_t>(picture.ids[static_cast<std::size_t>(c)]));
    out.push_back(static_cast<std::uint8_t>(((dc ? own : 0) << 4) | (ac ? own : 0)));
  }
  out.push_back(static_cast<std::uint8_t>(scan.first));
  out.push_back(static_cast<std::uint8_t>(scan.last));
  out.push_back(static_cast<std::uint8_t>((scan.high << 4) | scan.low));
  return out;
}

}  // namespace

std::vector<ScanStatistics> stored_scan_statistics(const StoredLevels& picture,
                                                   const std::vector<StoredScan>& scans,
                                                   int threads) {
  std::vector<ScanStatistics> statistics(scans.size());
  parallel_for(static_cast<int>(scans.size()), threads, [&](int s) {
    const auto i = static_cast<std::size_t>(s);
    Counting sink{statistics[i]};
    code(picture, scans[i], sink);
  });
  return statistics;
}

std::vector<std::uint8_t> stored_scans(const StoredLevels& picture,
                                       const std::vector<StoredScan>& scans, int threads) {
  const auto statistics = stored_scan_statistics(picture, scans, threads);
  std::vector<std::vector<std::uint8_t>> coded(scans.size());
  parallel_for(static_cast<int>(scans.size()), threads, [&](int s) {
    const auto i = static_cast<std::size_t>(s);
    ScanTables tables;
    for (std::size_t slot = 0; slot < kSlots; ++slot)
      tables[slot] = huffman_table(huffman_lengths(statistics[i].counts[slot]));
    coded[i] = header_of(picture, scans[i], tables);
    Writing sink(tables);
    code(picture, scans[i], sink);
    sink.append_to(coded[i]);
  });
  std::vector<std::uint8_t> out;
  for (const auto& part : coded) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace foveate
