#include "report_output.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

namespace overlord::ctl {
namespace {

void print_json(const attest::Report& report, const ZkAnswer* zk) {
    nlohmann::ordered_json json;
    json["subject"] = report.subject;
    json["valid"] = report.valid;
    json["findings"] = nlohmann::ordered_json::array();
    for (const attest::Finding& finding : report.findings) {
        json["findings"].push_back({{"holds", finding.holds}, {"text", finding.text}});
    }
    json["assurance"] = report.assurance;
    if (zk != nullptr) json["zero_knowledge"] = nlohmann::ordered_json::parse(to_json(*zk));
    using Handler = nlohmann::ordered_json::error_handler_t;
    std::cout << json.dump(-1, ' ', false, Handler::replace) << "\n";
}

}  // namespace

int print_report(const Options& options, const attest::Report& report, const ZkAnswer* zk) {
    if (options.json()) {
        print_json(report, zk);
    } else {
        std::cout << report.subject << "\n";
        for (const attest::Finding& finding : report.findings) {
            std::cout << (finding.holds ? "  yes  " : "  NO   ") << finding.text << "\n";
        }
        std::cout << (report.valid ? "valid: " + report.assurance : "NOT VALID") << "\n";
    }
    return report.valid ? kYes : kNo;
}

}  // namespace overlord::ctl
