#include "market.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace overlord::surveillance {
namespace {

using Kind = MarketEvent::Kind;

constexpr int kInstruments = 4;
constexpr int kOwners = 12;
constexpr int kMakers = 3;
constexpr int kAgencies = 2;
constexpr std::int64_t kFirstPrice = 10'000;  // ticks: 0.1 % is ten of them
constexpr int kEpisodesOfAPattern = 14;
constexpr DurationNs kMs = 1'000'000;

// Who acts, where and on which side.
struct Actor {
    std::string owner, trader, desk, instrument;
    bool client = false;
    bool buy = true;
};

class Maker {
public:
    Maker(std::uint64_t seed, DurationNs length, TimeNs start)
        : random_(seed), start_(start), end_(start + length) {}

    Market make() {
        walk_prices();
        // One episode and one near miss of each pattern in each stretch of the session.
        const DurationNs stretch = (end_ - start_ - 12 * kMinuteNs) / kEpisodesOfAPattern;
        for (int i = 0; i < kEpisodesOfAPattern; ++i) {
            inject(start_ + kMinuteNs + i * stretch, i);
        }
        for (int i = 0; i < kInstruments; ++i) {
            noise(i);
            for (int maker = 0; maker < kMakers; ++maker) quotes(i, maker);
            for (int agency = 0; agency < kAgencies; ++agency) agency_flow(i, agency);
        }
        arrive();
        return std::move(market_);
    }

private:
    // Small tools.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        const auto choices = static_cast<std::uint64_t>(high - low + 1);
        return low + static_cast<std::int64_t>(random_() % choices);
    }
    bool chance(int percent) { return between(1, 100) <= percent; }
    DurationNs exponential(double mean_s) {
        const double uniform = static_cast<double>(between(1, 1'000'000)) / 1'000'001.0;
        return static_cast<DurationNs>(-std::log(uniform) * mean_s * 1e9) + 1;
    }
    std::int64_t size_of_noise() {  // lots of 100, mostly small
        return 100 + exponential(3) / kSecondNs * 100;
    }
    static std::string name(const char* what, int number) {
        return what + std::to_string(number);
    }
    static std::string instrument(int i) { return name("XY", i); }
    std::int64_t& drift(int i, TimeNs at) {
        const auto second = static_cast<std::size_t>(std::clamp<TimeNs>(
            (at - start_) / kSecondNs, 0, static_cast<TimeNs>(prices_[0].size()) - 1));
        return prices_[static_cast<std::size_t>(i)][second];
    }
    std::int64_t price(int i, TimeNs at) { return drift(i, at); }
    void move_price(int i, TimeNs from, TimeNs until, std::int64_t ticks) {
        const std::int64_t seconds = std::max<std::int64_t>((until - from) / kSecondNs, 1);
        for (std::int64_t s = 0; from + s * kSecondNs < end_; ++s) {
            drift(i, from + s * kSecondNs) += ticks * std::min(s, seconds) / seconds;
        }
    }
    void walk_prices() {
        for (auto& prices : prices_) {
            std::int64_t at = kFirstPrice;
            for (TimeNs t = start_; t < end_; t += kSecondNs) {
                if (chance(30)) at += chance(50) ? 1 : -1;
                prices.push_back(at);
            }
        }
    }
    Actor trader_of(int owner, int i) {
        const int trader = static_cast<int>(between(1, 2));
        return {name("own", owner), name("own", owner) + name("t", trader),
                name("own", owner) + "d", instrument(i), false, chance(50)};
    }

    // Events.
    MarketEvent event(Kind kind, const Actor& actor, TimeNs at, std::uint64_t order) {
        MarketEvent made;
        made.kind = kind;
        made.at = at;
        made.order = order;
        made.owner = actor.owner;
        made.trader = actor.trader;
        made.desk = actor.desk;
        made.instrument = actor.instrument;
        made.client = actor.client;
        made.buy = actor.buy;
        made.label = label_;
        return made;
    }
    std::uint64_t place(const Actor& actor, TimeNs at, std::int64_t price, std::int64_t qty,
                        std::int64_t touch, std::int64_t depth) {
        MarketEvent made = event(Kind::kNew, actor, at, ++orders_);
        made.price = price;
        made.qty = qty;
        made.touch_ticks = touch;
        made.depth_permille = depth;
        market_.events.push_back(made);
        return orders_;
    }
    void cancel(const Actor& actor, TimeNs at, std::uint64_t order) {
        market_.events.push_back(event(Kind::kCancel, actor, at, order));
    }
    void fill_one(const Actor& actor, TimeNs at, std::uint64_t order, std::uint64_t match,
                  std::int64_t price, std::int64_t qty, bool aggressive) {
        MarketEvent made = event(Kind::kExec, actor, at, order);
        made.match = match;
        made.price = price;
        made.qty = qty;
        made.aggressive = aggressive;
        market_.events.push_back(made);
    }
    // A trade with somebody else, whose side is no part of an episode.
    void fill(const Actor& actor, TimeNs at, std::uint64_t order, std::int64_t price,
              std::int64_t qty, bool aggressive) {
        const std::uint64_t match = ++matches_;
        fill_one(actor, at, order, match, price, qty, aggressive);
        const int label = label_;
        label_ = -1;
        const std::string street = name("st", static_cast<int>(between(1, 200)));
        const Actor other{street, street + "t", street + "d", actor.instrument, false, !actor.buy};
        fill_one(other, at, ++orders_, match, price, qty, !aggressive);
        label_ = label;
    }
    // A market order: placed and filled at once.
    void take(const Actor& actor, TimeNs at, std::int64_t price, std::int64_t qty) {
        const std::uint64_t order = place(actor, at, price, qty, 0, 10);
        fill(actor, at + between(1, 5) * kMs, order, price, qty, true);
    }

    // Ordinary business.
    void noise(int i) {
        for (TimeNs at = start_ + exponential(1); at < end_; at += exponential(1)) {
            const Actor actor = trader_of(static_cast<int>(between(1, kOwners)), i);
            const std::int64_t qty = size_of_noise();
            if (chance(25)) {
                take(actor, at, price(i, at), qty);
                continue;
            }
            const std::int64_t touch = between(0, 10);
            const std::int64_t limit = price(i, at) + (actor.buy ? -touch : touch);
            const std::int64_t depth = chance(3) ? between(70, 150) : between(3, 40);
            const std::uint64_t order = place(actor, at, limit, qty, touch, depth);
            rest(actor, at, order, limit, qty);
        }
    }
    // What becomes of a limit order: fills in one to three parts, or a cancellation.
    void rest(const Actor& actor, TimeNs at, std::uint64_t order, std::int64_t limit,
              std::int64_t qty) {
        std::int64_t left = qty;
        const std::int64_t fills = chance(40) ? between(1, 3) : 0;
        for (std::int64_t part = 0; part < fills && left > 0; ++part) {
            at += exponential(8);
            const std::int64_t filled = part == 2 ? left : std::min(left, 100 * between(1, 5));
            fill(actor, at, order, limit, filled, false);
            left -= filled;
        }
        if (left > 0) cancel(actor, at + exponential(20), order);
    }
    void quotes(int i, int maker) {
        Actor actor{name("mm", maker), name("mm", maker) + "t1", name("mm", maker) + "d",
                    instrument(i), false, true};
        for (TimeNs at = start_ + exponential(6); at < end_; at += exponential(6)) {
            const std::int64_t mid = price(i, at);
            std::vector<std::pair<std::uint64_t, bool>> ladder;
            for (std::int64_t level = 1; level <= 3; ++level) {
                for (const bool buy : {true, false}) {
                    actor.buy = buy;
                    ladder.emplace_back(place(actor, at + level, buy ? mid - level : mid + level,
                                              200, level, between(10, 50)),
                                        buy);
                }
            }
            const TimeNs hit = at + exponential(2);
            actor.buy = ladder.front().second;
            if (chance(50)) fill(actor, hit, ladder.front().first, mid - 1, 200, false);
            for (const auto& [order, buy] : ladder) {
                actor.buy = buy;
                cancel(actor, hit + between(1, 500) * kMs, order);
            }
        }
    }
    // Clients' orders; the desk's own ones stand on the other side while a block waits.
    void agency_flow(int i, int agency) {
        Actor client{name("ag", agency) + name("c", i), name("ag", agency) + "t1",
                     name("ag", agency) + "d", instrument(i), true, true};
        Actor own{name("ag", agency), name("ag", agency) + "t2", client.desk, client.instrument,
                  false, true};
        TimeNs at = start_ + exponential(90);
        for (; at < end_; at += kMinuteNs + exponential(60)) {
            client.buy = chance(50);
            const bool block = chance(40);
            const std::int64_t qty = block ? 1'000 * between(10, 40) : 100 * between(1, 80);
            const std::uint64_t order = place(client, at, price(i, at), qty, 0, 60);
            const TimeNs first = at + kSecondNs + exponential(8);
            for (std::int64_t part = 0; part < 4; ++part) {
                fill(client, first + part * 2 * kSecondNs, order, price(i, at), qty / 4, false);
            }
            own.buy = block ? !client.buy : chance(50);
            take(own, block ? at + (first - at) / 2 : first + 20 * kSecondNs, price(i, at), 300);
            if (!block || !chance(30)) continue;
            own.buy = client.buy;  // after the client has begun to trade it is none
            take(own, first + 3 * kSecondNs, price(i, at), 300);
        }
    }

    // Episodes, each with a near miss of its kind.
    void inject(TimeNs at, int number) {
        const auto somewhen = [&] { return at + between(0, 20) * kSecondNs; };
        const auto who = [&](int offset) {
            return trader_of(1 + (number * 5 + offset) % kOwners, (number + offset) % kInstruments);
        };
        for (const bool abuse : {true, false}) {
            const int miss = abuse ? 0 : 6;
            labelled(Pattern::kSelfMatch, abuse, [&] { self_match(who(miss), somewhen(), abuse); });
            labelled(Pattern::kWashPairs, abuse,
                     [&] { wash_pairs(who(1 + miss), somewhen(), abuse); });
            labelled(Pattern::kLayering, abuse, [&] {
                layering(who(2 + miss), somewhen(), abuse ? 0 : number % 3 + 1);
            });
            labelled(Pattern::kFrontRunning, abuse, [&] {
                front_running(number % kInstruments, somewhen() + miss * 10 * kSecondNs,
                              abuse ? 0 : number % 3 + 1);
            });
            labelled(Pattern::kMomentum, abuse, [&] {
                momentum(who(3 + miss), (number + 3 + miss) % kInstruments, somewhen(),
                         abuse ? 0 : number % 3 + 1);
            });
        }
    }
    template <class Make>
    void labelled(Pattern pattern, bool abuse, Make make) {
        if (abuse) {
            label_ = static_cast<int>(market_.labels.size());
            market_.labels.push_back({pattern});
        }
        make();
        label_ = -1;
    }
    static int number_of(const std::string& instrument) { return instrument.back() - '0'; }

    // Near miss: in an auction.
    void self_match(Actor actor, TimeNs at, bool abuse) {
        const std::uint64_t match = ++matches_;
        const std::int64_t level = price(number_of(actor.instrument), at);
        for (const bool buy : {true, false}) {
            actor.buy = buy;
            const std::uint64_t order = place(actor, at - 10 * kMs, level, 500, 0, 20);
            fill_one(actor, at, order, match, level, 500, buy);
            market_.events.back().auction = !abuse;
        }
    }
    // Near miss: two pairs only, or sizes that differ.
    void wash_pairs(Actor actor, TimeNs at, bool abuse) {
        const bool few = !abuse && chance(50);
        const std::int64_t pairs = few ? 2 : between(3, 5);
        for (std::int64_t i = 0; i < pairs; ++i) {
            const std::int64_t qty = 100 * between(20, 90);
            const std::int64_t other = abuse || few ? qty + qty * between(-3, 3) / 100 : qty * 2;
            const std::int64_t level = price(number_of(actor.instrument), at);
            actor.trader = actor.owner + "t1";
            actor.buy = true;
            take(actor, at, level, qty);
            actor.trader = actor.owner + "t2";
            actor.buy = false;
            take(actor, at + between(50, 900) * kMs, level + between(-4, 4), other);
            at += between(20, 55) * kSecondNs;
        }
    }
    // Near miss: 1 pulled long after, 2 no fill on the other side, 3 the stack itself is filled.
    void layering(Actor actor, TimeNs at, int miss) {
        const std::int64_t level = price(number_of(actor.instrument), at);
        std::vector<std::uint64_t> stack;
        const std::int64_t count = between(3, 6);
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t touch = i % 5;
            stack.push_back(place(actor, at + i * between(200, 900) * kMs,
                                  actor.buy ? level - touch : level + touch, 3'000, touch,
                                  between(75, 200)));
        }
        const TimeNs hit = at + 8 * kSecondNs;
        if (miss == 3) fill(actor, hit - kSecondNs, stack.front(), level, 3'000, false);
        Actor other = actor;
        other.buy = !actor.buy;
        if (miss != 2) take(other, hit, level, 2'000);
        const DurationNs wait = miss == 1 ? 9 * kSecondNs : between(100, 1'500) * kMs;
        for (std::size_t i = miss == 3 ? 1 : 0; i < stack.size(); ++i) {
            cancel(actor, hit + wait + static_cast<TimeNs>(i) * between(20, 400) * kMs, stack[i]);
        }
    }
    // Near miss: 1 on the other side, 2 from a desk that does not see it, 3 after the first fill.
    void front_running(int i, TimeNs at, int miss) {
        Actor client{"pension", "deskt1", name("fr", static_cast<int>(market_.labels.size())),
                     instrument(i), true, chance(50)};
        Actor own{"house", "deskt2", client.desk, client.instrument, false, client.buy};
        if (miss == 1) own.buy = !client.buy;
        if (miss == 2) own.desk = "elsewhere" + std::to_string(++orders_);
        const std::int64_t level = price(i, at);
        const std::uint64_t order = place(client, at, level, 1'000 * between(10, 60), 0, 100);
        const TimeNs first = at + between(15, 80) * kSecondNs;
        take(own, miss == 3 ? first + kSecondNs : at + between(1, 12) * kSecondNs, level, 800);
        const int label = label_;
        label_ = -1;
        for (int part = 0; part < 3; ++part) {
            fill(client, first + part * 500 * kMs, order, level, 3'000, false);
        }
        label_ = label;
    }
    // Near miss: 1 no turning round, 2 too late, 3 the price does not follow.
    void momentum(Actor actor, int i, TimeNs at, int miss) {
        const std::int64_t ticks = (actor.buy ? 1 : -1) * between(40, 60);
        const std::int64_t before = price(i, at);
        const std::int64_t count = between(7, 9);
        for (std::int64_t n = 0; n < count; ++n) {
            const std::int64_t moved = miss == 3 ? 0 : ticks * n / (count - 1);
            take(actor, at + n * between(3, 6) * kSecondNs, before + moved, 100 * between(25, 40));
        }
        const TimeNs peak = at + 56 * kSecondNs;
        if (miss != 3) {
            move_price(i, at, peak, ticks);
            move_price(i, peak + kMinuteNs, peak + 3 * kMinuteNs, -ticks);
        }
        if (miss == 1) return;
        actor.buy = !actor.buy;
        const TimeNs back = peak + (miss == 2 ? 8 * kMinuteNs : between(10, 120) * kSecondNs);
        for (int n = 0; n < 4; ++n) {
            take(actor, back + n * between(2, 15) * kSecondNs, before + ticks / 2,
                 100 * between(30, 50));
        }
    }

    // Most arrive within 50 ms, some much later.
    void arrive() {
        auto& events = market_.events;
        std::erase_if(events, [&](const MarketEvent& one) { return one.at >= end_; });
        for (MarketEvent& one : events) {
            one.arrives = one.at + (chance(1) ? between(100, 1'500) : between(1, 50)) * kMs;
        }
        std::stable_sort(events.begin(), events.end(),
                         [](const MarketEvent& left, const MarketEvent& right) {
                             return left.arrives < right.arrives;
                         });
    }

    std::mt19937_64 random_;
    TimeNs start_;
    TimeNs end_;
    std::array<std::vector<std::int64_t>, kInstruments> prices_;  // by second
    Market market_;
    std::uint64_t orders_ = 0;
    std::uint64_t matches_ = 0;
    int label_ = -1;
};

void member(std::string& out, const char* name, const std::string& value) {
    out += out.back() == '{' ? "\"" : ",\"";
    out += name;
    out += "\":\"" + value + "\"";
}

void member(std::string& out, const char* name, std::int64_t value) {
    out += ",\"";
    out += name;
    out += "\":" + std::to_string(value);
}

}  // namespace

Market make_market(std::uint64_t seed, DurationNs length, TimeNs start) {
    return Maker(seed, length, start).make();
}

std::string to_line(const MarketEvent& event, std::size_t number, const std::string& system) {
    const bool placed = event.kind == Kind::kNew;
    const bool cancelled = event.kind == Kind::kCancel;
    const char* const type = placed ? "order_new" : cancelled ? "order_cancel" : "exec";
    std::string data = "{";
    member(data, "order_id", "o" + std::to_string(event.order));
    member(data, "owner", event.owner);
    member(data, "trader", event.trader);
    member(data, "desk", event.desk);
    member(data, "instrument", event.instrument);
    member(data, "side", event.buy ? "buy" : "sell");
    member(data, "at", format_rfc3339(event.at));
    if (placed) member(data, "capacity", event.client ? "client" : "own");
    if (cancelled) member(data, "cause", "user");
    if (!cancelled) {
        member(data, "price", event.price);
        member(data, "qty", event.qty);
    }
    if (placed) {
        member(data, "touch_ticks", event.touch_ticks);
        member(data, "depth_permille", event.depth_permille);
    }
    if (event.kind == Kind::kExec) {
        member(data, "match_id", "m" + std::to_string(event.match));
        member(data, "phase", event.auction ? "auction" : "continuous");
        data += event.aggressive ? ",\"aggressive\":true" : ",\"aggressive\":false";
    }
    return R"({"specversion":"1.0","id":"s)" + std::to_string(number) +
           R"(","source":"//gw-1/orders","type":"trading_surveillance.)" + type +
           R"(","subject":")" + system + R"(","time":")" + format_rfc3339(event.at) +
           R"(","data":)" + data + "}}";
}

}  // namespace overlord::surveillance
