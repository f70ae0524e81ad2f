#include "huffman.hpp"

#include <algorithm>
#include <numeric>

namespace foveate {

Lengths huffman_lengths(const Counts& counts) {
  // Leaf 0 takes the all-ones code point and is dropped at the end (K.2). Figure K.1 gives it a
  // weight of 1; without weight it goes deepest, where its loss costs the others nothing.
  std::vector<int> live;
  for (int s = 0; s < 256; ++s)
    if (counts[static_cast<std::size_t>(s)] > 0) live.push_back(s);
  Lengths lengths{};
  if (live.empty()) return lengths;

  // Nodes: leaves first, then the inner nodes in the order of their making.
  std::vector<std::int64_t> weight;
  std::vector<int> parent;
  std::vector<int> queue;  // nodes without a parent
  weight.push_back(0);
  for (int s : live) weight.push_back(counts[static_cast<std::size_t>(s)]);
  parent.assign(weight.size(), -1);
  queue.resize(weight.size());
  std::iota(queue.begin(), queue.end(), 0);
  auto heavier = [&](int a, int b) {
    const auto x = weight[static_cast<std::size_t>(a)], y = weight[static_cast<std::size_t>(b)];
    return x != y ? x > y : a > b;
  };
  std::make_heap(queue.begin(), queue.end(), heavier);
  auto pop = [&] {
    std::pop_heap(queue.begin(), queue.end(), heavier);
    const int node = queue.back();
    queue.pop_back();
    return node;
  };
  while (queue.size() > 1) {
    const int a = pop(), b = pop();
    const int joined = static_cast<int>(weight.size());
    weight.push_back(weight[static_cast<std::size_t>(a)] + weight[static_cast<std::size_t>(b)]);
    parent.push_back(-1);
    parent[static_cast<std::size_t>(a)] = parent[static_cast<std::size_t>(b)] = joined;
    queue.push_back(joined);
    std::push_heap(queue.begin(), queue.end(), heavier);
  }

  // Depth of every leaf -> how many codes of each length.
  std::vector<int> depth(weight.size(), 0);
  for (int node = static_cast<int>(weight.size()) - 2; node >= 0; --node) {
    const auto n = static_cast<std::size_t>(node);
    depth[n] = depth[static_cast<std::size_t>(parent[n])] + 1;
  }
  std::vector<int> codes_of_length(std::max<std::size_t>(weight.size(), 18), 0);
  for (std::size_t leaf = 0; leaf <= live.size(); ++leaf)
    ++codes_of_length[static_cast<std::size_t>(depth[leaf])];

  // Figure K.3: no code longer than 16 bits.
  for (std::size_t i = codes_of_length.size() - 1; i > 16; --i) {
    while (codes_of_length[i] > 0) {
      std::size_t j = i - 2;
      while (codes_of_length[j] == 0) --j;
      codes_of_length[i] -= 2;
      codes_of_length[i - 1] += 1;
      codes_of_length[j + 1] += 2;
      codes_of_length[j] -= 1;
    }
  }
  std::size_t longest = 16;
  while (codes_of_length[longest] == 0) --longest;
  --codes_of_length[longest];  // the reserved code point

  // Shortest codes to the most frequent symbols.
  std::stable_sort(live.begin(), live.end(), [&](int a, int b) {
    return counts[static_cast<std::size_t>(a)] > counts[static_cast<std::size_t>(b)];
  });
  std::size_t next = 0;
  for (std::size_t length = 1; length <= 16; ++length)
    for (int n = 0; n < codes_of_length[length]; ++n)
      lengths[static_cast<std::size_t>(live[next++])] = static_cast<std::uint8_t>(length);
  return lengths;
}

HuffmanTable huffman_table(const Lengths& lengths) {
  HuffmanTable table{};
  table.length = lengths;
  std::uint32_t code = 0;
  for (std::size_t length = 1; length <= 16; ++length) {
    for (std::size_t symbol = 0; symbol < 256; ++symbol) {
      if (lengths[symbol] != length) continue;
      ++table.counts_by_length[length - 1];
      table.symbols.push_back(static_cast<std::uint8_t>(symbol));
      table.code[symbol] = static_cast<std::uint16_t>(code++);
    }
    code <<= 1;
  }
  return table;
}

}  // namespace foveate
