#include "decode.hpp"

#include <algorithm>
#include <memory>

#include "decode_scan.hpp"

namespace foveate {
namespace {

constexpr int kLargestMcu = 10;  // blocks, B.2.3
constexpr int kLargestShift = 13;

class Decoder {
 public:
  Decoder(const std::uint8_t* data, std::size_t size, const DecodeLimits& limits)
      : data_(data), at_(data), end_(data + size), limits_(limits) {}

  StoredPicture picture() {
    if (end_ - at_ < 4 || at_[0] != 0xFF || at_[1] != 0xD8) damaged("it is no JPEG file");
    at_ += 2;
    for (;;) {
      const int marker = next_marker();
      if (marker == 0xD9 || marker == 0) break;
      segment(marker);
    }
    if (out_.scans == 0) damaged("it holds no picture");
    for (std::size_t c = 0; c < known_.size(); ++c) {
      if (!latched_[c]) damaged("a component is not stored");
      for (const int lowest : known_[c]) out_.complete = out_.complete && lowest == 0;
    }
    out_.end = static_cast<std::size_t>(at_ - data_);
    return std::move(out_);
  }

 private:
  // The next marker's code, bytes between skipped; 0 at the end of the file.
  int next_marker() {
    BitReader between(at_, end_);
    const std::uint8_t* at = between.marker();
    if (at == end_) {
      at_ = end_;
      return 0;
    }
    at_ = at + 2;
    return at[1];
  }

  void segment(int marker) {
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) return;  // TEM and RST have no length
    if (marker == 0xD8) damaged("a second picture begins within the first");
    if (end_ - at_ < 2) damaged("a segment ends too early");
    const int length = (at_[0] << 8) | at_[1];
    if (length < 2 || end_ - at_ < length) damaged("a segment ends too early");
    const std::uint8_t *first = at_ + 2, *last = at_ + length;
    at_ = last;
    if (marker == 0xC4)
      huffman_tables(first, last);
    else if (marker == 0xDB)
      quantisation_tables(first, last);
    else if (marker == 0xDD)
      restart_interval(first, last);
    else if (marker == 0xDA)
      scan(first, last);
    else if (marker == 0xC0 || marker == 0xC1 || marker == 0xC2)
      frame(marker, first, last);
    else if (marker >= 0xC9 && marker <= 0xCF)
      damaged("it is coded arithmetically");
    else if (marker >= 0xC3 && marker <= 0xC8)
      damaged("it is lossless or hierarchical");
    else if (marker == 0xDC)
      damaged("its height is told only behind the picture");
  }

  void huffman_tables(const std::uint8_t* at, const std::uint8_t* last) {
    while (at < last) {
      if (last - at < 17) damaged("a Huffman table ends too early");
      const int kind = at[0] >> 4, place = at[0] & 15;
      int count = 0;
      for (int i = 1; i <= 16; ++i) count += at[i];
      if (kind > 1 || place > 3) damaged("a Huffman table has no such place");
      if (count > 256 || last - at < 17 + count) damaged("a Huffman table ends too early");
      tables_[kind][place] = std::make_unique<DecodingTable>(at + 1, at + 17);
      at += 17 + count;
    }
  }

  void quantisation_tables(const std::uint8_t* at, const std::uint8_t* last) {
    while (at < last) {
      const int wide = at[0] >> 4, place = at[0] & 15;
      if (wide > 1 || place > 3) damaged("a quantisation table has no such place");
      ++at;
      if (last - at < kBlock * (1 + wide)) damaged("a quantisation table ends too early");
      for (int k = 0; k < kBlock; ++k, at += 1 + wide)
        steps_[place][static_cast<std::size_t>(k)] =
            static_cast<std::uint16_t>(wide ? (at[0] << 8) | at[1] : at[0]);
      if (std::find(steps_[place].begin(), steps_[place].end(), 0) != steps_[place].end())
        damaged("a quantisation step is zero");
      has_steps_[place] = true;
    }
  }

  void restart_interval(const std::uint8_t* at, const std::uint8_t* last) {
    if (last - at != 2) damaged("a restart interval has the wrong length");
    interval_ = (at[0] << 8) | at[1];
    if (out_.scans == 0) out_.restart_interval = interval_;
  }

  void frame(int marker, const std::uint8_t* at, const std::uint8_t* last) {
    if (has_frame_) damaged("it holds a second frame");
    has_frame_ = true;
    if (last - at < 6) damaged("the frame's header ends too early");
    if (at[0] != 8) damaged("its samples have more than 8 bits");
    out_.progressive = marker == 0xC2;
    out_.height = (at[1] << 8) | at[2];
    out_.width = (at[3] << 8) | at[4];
    const int count = at[5];
    if (out_.height == 0) damaged("its height is told only behind the picture");
    if (out_.width == 0) damaged("it has no columns");
    if (count < 1 || count > kLargestComponents) damaged("it has more than 4 components");
    if (last - at != 6 + 3 * count) damaged("the frame's header has the wrong length");
    for (int c = 0; c < count; ++c) {
      const std::uint8_t* own = at + 6 + 3 * c;
      const Sampling sampling{own[1] >> 4, own[1] & 15};
      if (sampling.h < 1 || sampling.h > 4 || sampling.v < 1 || sampling.v > 4 || own[2] > 3)
        damaged("a component's sampling is out of range");
      for (const StoredComponent& other : out_.components)
        if (other.id == own[0]) damaged("two components have one name");
      widest_ = std::max(widest_, sampling.h);
      highest_ = std::max(highest_, sampling.v);
      out_.components.push_back({own[0], sampling, {}, {}, {}});
      places_.push_back(own[2]);
    }
    std::int64_t blocks = 0;
    for (StoredComponent& component : out_.components) {
      component.grid = grid_of(component.sampling);
      blocks += static_cast<std::int64_t>(component.grid.rows) * component.grid.cols;
    }
    if (blocks > limits_.blocks) damaged("it has more blocks than are read here");
    // A block takes a bit at least: what is too short for that claims a size that it has not.
    if (blocks / 8 > end_ - data_) damaged("its coded data end too early");
    for (StoredComponent& component : out_.components) {
      Grid<std::int16_t>& grid = component.grid;
      component.levels.resize(static_cast<std::size_t>(grid.rows) *
                              static_cast<std::size_t>(grid.cols) * kBlock);
      grid.data = component.levels.data();
    }
    latched_.resize(out_.components.size());
    known_.resize(out_.components.size());
    for (auto& component : known_) component.fill(-1);
  }

  Grid<std::int16_t> grid_of(Sampling s) const {
    const int rows = divide_up(out_.height, 8 * highest_) * s.v;
    const int cols = divide_up(out_.width, 8 * widest_) * s.h;
    return {nullptr, rows, cols, divide_up(divide_up(out_.height * s.v, highest_), 8),
            divide_up(divide_up(out_.width * s.h, widest_), 8)};
  }

  ScanHeader scan_header(const std::uint8_t* at, const std::uint8_t* last) {
    if (!has_frame_) damaged("a scan comes before the frame");
    const int count = last > at ? at[0] : 0;
    if (count < 1 || count > kLargestComponents || last - at != 4 + 2 * count)
      damaged("a scan's header has the wrong length");
    ScanHeader scan{{}, at[1 + 2 * count], at[2 + 2 * count], at[3 + 2 * count] >> 4,
                    at[3 + 2 * count] & 15};
    if (!out_.progressive) scan.first = scan.high = scan.low = 0, scan.last = kBlock - 1;
    const bool dc = scan.first == 0, ac = !out_.progressive || !dc;
    int blocks = 0;
    for (int i = 0; i < count; ++i) {
      const int id = at[1 + 2 * i], tables = at[2 + 2 * i];
      const auto found = std::find_if(out_.components.begin(), out_.components.end(),
                                      [&](const StoredComponent& c) { return c.id == id; });
      if (found == out_.components.end()) damaged("a scan has a component that there is not");
      const int index = static_cast<int>(found - out_.components.begin());
      for (const ScanComponent& other : scan.components)
        if (other.index == index) damaged("a scan has a component twice");
      if (tables >> 4 > 3 || (tables & 15) > 3) damaged("a Huffman table has no such place");
      const DecodingTable* dc_table = tables_[0][tables >> 4].get();
      const DecodingTable* ac_table = tables_[1][tables & 15].get();
      const bool refines_dc = dc && scan.high > 0;
      if ((dc && !refines_dc && dc_table == nullptr) || (ac && ac_table == nullptr))
        damaged("a scan's Huffman table is missing");
      scan.components.push_back({index, dc_table, ac_table});
      blocks += found->sampling.h * found->sampling.v;
    }
    if (count > 1 && blocks > kLargestMcu) damaged("a scan's MCU has more than 10 blocks");
    if (scan.last >= kBlock || scan.last < scan.first || (out_.progressive && dc && scan.last > 0) ||
        (!dc && count > 1) || scan.low > kLargestShift ||
        (scan.high > 0 && scan.low != scan.high - 1))
      damaged("a scan's header is out of range");
    return scan;
  }

  // Notes which bits a scan stores; each is stored once, from the highest down.
  void note_bits(const ScanHeader& scan) {
    for (const ScanComponent& component : scan.components) {
      const auto c = static_cast<std::size_t>(component.index);
      for (int k = scan.first; k <= scan.last; ++k) {
        int& known = known_[c][static_cast<std::size_t>(k)];
        if (known != (scan.high > 0 ? scan.high : -1)) damaged("scans do not follow each other");
        known = scan.low;
      }
      if (latched_[c]) continue;
      const auto place = static_cast<std::size_t>(places_[c]);
      if (!has_steps_[place]) damaged("a quantisation table is missing");
      out_.components[c].steps = steps_[place];
      latched_[c] = true;
    }
  }

  void scan(const std::uint8_t* at, const std::uint8_t* last) {
    const ScanHeader header = scan_header(at, last);
    if (++out_.scans > limits_.scans) damaged("it has more scans than are read here");
    note_bits(header);
    BitReader bits(at_, end_);
    ScanDecoder decoder(header, out_.progressive, bits);
    int left = interval_, restarts = 0;
    const auto mcu = [&](auto&& blocks) {
      if (interval_ > 0 && left == 0) {
        if (decoder.open()) damaged("a run of blocks is longer than its interval");
        const std::uint8_t* marker = bits.marker();
        if (marker == end_ || marker[1] != 0xD0 + (restarts & 7))
          damaged("a restart marker is missing");
        ++restarts;
        bits.resume(marker + 2);
        decoder.restart();
        left = interval_;
      }
      blocks();
      bits.check();
      --left;
    };
    if (header.components.size() == 1) {
      const ScanComponent& only = header.components[0];
      const Grid<std::int16_t>& grid = out_.components[static_cast<std::size_t>(only.index)].grid;
      for (int row = 0; row < grid.used_rows; ++row)
        for (int col = 0; col < grid.used_cols; ++col)
          mcu([&] { decoder.block(only, grid.block(row, col)); });
    } else {
      const int mcu_rows = divide_up(out_.height, 8 * highest_);
      const int mcu_cols = divide_up(out_.width, 8 * widest_);
      for (int row = 0; row < mcu_rows; ++row)
        for (int col = 0; col < mcu_cols; ++col)
          mcu([&] {
            for (const ScanComponent& own : header.components) {
              const StoredComponent& component =
                  out_.components[static_cast<std::size_t>(own.index)];
              const Sampling s = component.sampling;
              for (int v = 0; v < s.v; ++v)
                for (int h = 0; h < s.h; ++h)
                  decoder.block(own, component.grid.block(row * s.v + v, col * s.h + h));
            }
          });
    }
    if (decoder.open()) damaged("a run of blocks is longer than its scan");
    at_ = bits.marker();
  }

  const std::uint8_t* data_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  DecodeLimits limits_;
  StoredPicture out_{0, 0, false, 0, {}, 0, true, 0};
  bool has_frame_ = false;
  int widest_ = 1, highest_ = 1;
  int interval_ = 0;
  std::unique_ptr<DecodingTable> tables_[2][4];
  std::array<std::uint16_t, kBlock> steps_[4] = {};
  bool has_steps_[4] = {};
  std::vector<int> places_;    // of each component's quantisation table
  std::vector<bool> latched_;  // whether a component's steps are known: they are those of its first scan
  std::vector<std::array<int, kBlock>> known_;  // the lowest bit known of each coefficient; -1: none
};

}  // namespace

StoredPicture decode(const std::uint8_t* data, std::size_t size, const DecodeLimits& limits) {
  return Decoder(data, size, limits).picture();
}

}  // namespace foveate
