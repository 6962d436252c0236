#pragma once

#include <map>
#include <memory>
#include <string>

#include "server/daemon/panel_lines.h"
#include "tests/refclocks/fake_line.h"

namespace tokimori {

/// What a line of a fake panel shows, whoever holds it.
struct FakeOutput {
    std::string chip = {};
    bool active_low = false;
    bool taken = false;
    bool active = false;
    int changes = 0;
    std::string fault = {};  ///< of the next `open` or `set`; empty: it works
};

/// The lines of a panel by name, and its button.
struct FakePanel {
    std::map<std::string, FakeOutput> outputs;
    std::shared_ptr<FakeLine> button = std::make_shared<FakeLine>();
    LineBias bias = LineBias::kAsIs;

    /// Must not outlive the panel.
    PanelHardware hardware() {
        return {.output =
                    [this](const std::string& chip, const std::string& line, bool active_low) {
                        FakeOutput& output = outputs[line];
                        output.chip = chip;
                        output.active_low = active_low;
                        return std::make_unique<Held>(output);
                    },
                .input =
                    [this](const std::string&, const std::string&, LineBias wanted) {
                        bias = wanted;
                        return std::make_unique<HeldButton>(button);
                    }};
    }

    void press() const { button->edge(0, false); }
    void release() const { button->edge(0, true); }

private:
    class Held : public OutputLine {
    public:
        explicit Held(FakeOutput& output) : output_{output} {}

        std::optional<std::string> open() override {
            output_.taken = output_.fault.empty();
            output_.active = false;
            return fault();
        }
        std::optional<std::string> set(bool active) override {
            EXPECT_TRUE(output_.taken);
            if (output_.fault.empty()) {
                output_.active = active;
                ++output_.changes;
            }
            return fault();
        }
        void close() override { output_.active = output_.taken = false; }

    private:
        std::optional<std::string> fault() const {
            return output_.fault.empty() ? std::nullopt : std::optional{output_.fault};
        }

        FakeOutput& output_;
    };

    class HeldButton : public EdgeSource {
    public:
        explicit HeldButton(std::shared_ptr<FakeLine> line) : line_{std::move(line)} {}

        std::optional<std::string> open() override { return line_->open(); }
        int descriptor() const override { return line_->descriptor(); }
        std::optional<std::size_t> read(std::span<LineEdge> edges) override { return line_->read(edges); }
        void close() override { line_->close(); }

    private:
        std::shared_ptr<FakeLine> line_;
    };
};

}  // namespace tokimori
