#include "overlord/base/url.hpp"

#include <catch2/catch.hpp>

using namespace overlord;

TEST_CASE("url: scheme, host, port and path are told apart", "[base]") {
    const Url plain = *parse_url("http://log.example");
    CHECK(plain.host == "log.example");
    CHECK(plain.port == "80");
    CHECK(plain.path == "/");
    CHECK(plain.target("/add-checkpoint") == "/add-checkpoint");
    CHECK(plain.host_port() == "log.example:80");

    const Url deep = *parse_url("https://w.example:8443/a/b//");
    CHECK(deep.scheme == "https");
    CHECK(deep.port == "8443");
    CHECK(deep.path == "/a/b");
    CHECK(deep.target("/add-checkpoint") == "/a/b/add-checkpoint");
    CHECK(parse_url("https://w.example")->port == "443");

    const Url six = *parse_url("http://[::1]:7480/log");
    CHECK(six.host == "::1");
    CHECK(six.port == "7480");
    CHECK(six.host_port() == "[::1]:7480");
}

TEST_CASE("url: what is none is refused", "[base]") {
    for (const char* text :
         {"", "http://", "ftp://a", "http:/a", "http://a:", "http://a:0", "http://a:65536",
          "http://a:08", "http://a:x", "http://:80", "http://[::1", "http://[::1]x", "http://a b",
          "http://a/\r\nb", "http://user@a", "http://a/?q", "http://a/#f", "HTTP://a"}) {
        CAPTURE(text);
        const Result<Url> url = parse_url(text);
        REQUIRE_FALSE(url);
        CHECK(url.error().code == "url.syntax");
    }
}
