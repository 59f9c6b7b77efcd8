// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/interpreters.h"

#include <QString>

#include <algorithm>
#include <array>

namespace Hephaestus {
namespace {

constexpr QLatin1StringView NodeIncludes(R"(\b(require|import|eval|getBuiltinModule)\b|\bFunction\s*\()");
/// A command that reads a file (its name is captured), after what may stand before a command; or one that runs a text
/// which may come from a file.
constexpr QLatin1StringView ShellIncludes(
    R"((?:(?:^|[;&|(){\n!`]|\b(?:then|do|else|if|elif|while|until|time|command|builtin|eval)\b|\b\w+=\S*)[ \t]*|['"]))"
    R"(\\?(?:\.|source)[ \t]+(?!['"][ \t]*(?:$|[\n;&|]))([^\s;&|]+))"
    R"(|\beval[ \t]+(?!set[ \t]+--)(?:[^\n]*(?:\$\(|`)|)"
    R"(["']?\$[{\w@*][^\s=]*["']?[ \t]*(?:$|[\n;&|)]))|\bautoload[ \t])");
constexpr QLatin1StringView NodeGap("what it requires or imports is not known; name its files with --watch");

constexpr std::array Interpreters{
    Interpreter{QLatin1StringView(" sh bash dash zsh ksh ash mksh lksh posh yash csh tcsh bsd-csh "),
                {},
                QLatin1StringView(" --rcfile --init-file "),
                {},
                {},
                {},
                ShellIncludes,
                QLatin1StringView("which other file it reads is known only when it runs; name it with --watch")},
    Interpreter{QLatin1StringView(" python pypy "),
                QLatin1StringView(" -c "),
                QLatin1StringView(" -W -X -m --check-hash-based-pycs "),
                {},
                {},
                {},
                QLatin1StringView(R"(\b(import|__import__|exec|execfile|eval|runpy)\b)"),
                QLatin1StringView("what it imports is not known; run it with --python, or name its files with "
                                  "--watch")},
    Interpreter{QLatin1StringView(" node nodejs "), QLatin1StringView(" -e -p -pe --eval --print "),
                QLatin1StringView(
                    " -C --conditions --allow-fs-read --allow-fs-write --build-snapshot-config --cpu-prof-dir "
                    "--cpu-prof-interval --cpu-prof-name --debug-port --diagnostic-dir --disable-proto "
                    "--disable-warning --dns-result-order --env-file --env-file-if-exists --experimental-default-type "
                    "--experimental-policy --experimental-sea-config --heap-prof-dir --heap-prof-interval "
                    "--heap-prof-name --heapsnapshot-near-heap-limit --heapsnapshot-signal --icu-data-dir --input-type "
                    "--inspect-port --inspect-publish-uid --localstorage-file --max-http-header-size "
                    "--network-family-autoselection-attempt-timeout --openssl-config --policy-integrity "
                    "--redirect-warnings --report-dir --report-directory --report-filename --report-signal "
                    "--secure-heap --secure-heap-min --run --snapshot-blob --test-concurrency --test-name-pattern "
                    "--test-reporter --test-reporter-destination --test-shard --test-timeout --title "
                    "--tls-cipher-list --tls-keylog --trace-event-categories --trace-event-file-pattern "
                    "--trace-require-module --unhandled-rejections --use-largepages --v8-pool-size --watch-path "),
                QLatin1StringView(" "), QLatin1StringView(" -r --require --import --loader --experimental-loader "),
                QLatin1StringView("NODE_OPTIONS="), NodeIncludes, NodeGap},
    Interpreter{QLatin1StringView(" deno "),
                {},
                QLatin1StringView(" -c --config -L --log-level --import-map --cert --location --seed --ext --port "
                                  "--host --unsafely-ignore-certificate-errors-from "),
                QLatin1StringView(" -A -r "),
                QLatin1StringView(" --preload "),
                {},
                NodeIncludes,
                NodeGap},
    Interpreter{
        QLatin1StringView(" bun "),
        QLatin1StringView(" -e -p --eval --print "),
        QLatin1StringView(" -c --config --cwd --env-file --tsconfig-override -d --define -l --loader "
                          "--extension-order --main-fields --conditions --port --title --install --drop --shell "
                          "-F --filter --jsx-factory --jsx-fragment --jsx-import-source --jsx-runtime "),
        {},
        QLatin1StringView(" -r --preload --require --import "),
        {},
        NodeIncludes,
        NodeGap},
    Interpreter{
        QLatin1StringView(" perl "), QLatin1StringView(" -e -E "), QLatin1StringView(" -I "),
        QLatin1StringView(" -C -D -F -i -x -V "), QLatin1StringView(" -M -m -d "), QLatin1StringView("PERL5OPT="),
        QLatin1StringView(R"((?:^|[;{}\n])\s*use\s+(?!(?:strict|warnings|utf8|feature|v?5|integer)\b)[\w'"$])"
                          R"(|\brequire\b\s*\(?\s*(?!v?5)[\w'"$]|\bdo\b\s*\(?\s*(?:['"$]|[\w:]+\s*(?:\(|->|\{|\/)))"
                          R"(|\beval\b(?!\s*\{))"),
        QLatin1StringView("which modules it uses is not known; name its files with --watch")},
    Interpreter{
        QLatin1StringView(" ruby "), QLatin1StringView(" -e "),
        QLatin1StringView(" -I -C -X -E --encoding --external-encoding --internal-encoding --enable --disable "),
        QLatin1StringView(" -F -i -K -T -W -x "), QLatin1StringView(" -r --require "), QLatin1StringView("RUBYOPT="),
        QLatin1StringView(R"(\b(require|require_relative|load|autoload|\w*eval|InstructionSequence)\b)"),
        QLatin1StringView("what it requires is not known; name its files with --watch")},
    Interpreter{QLatin1StringView(" php "),
                QLatin1StringView(" -r -B -R -E --run --process-begin --process-code --process-end "),
                QLatin1StringView(" -c -d -z -S -t --php-ini --define --zend-extension --server --docroot "),
                {},
                {},
                {},
                QLatin1StringView(R"(\b(include|include_once|require|require_once|eval)\b)"),
                QLatin1StringView("what it includes is not known; name its files with --watch")},
};

} // namespace

const Interpreter *interpreterOf(const QByteArray &program)
{
    const QByteArray name = withoutVersion(program);
    const QString wanted = u' ' + QString::fromLatin1(name) + u' ';
    const auto found = std::find_if(Interpreters.begin(), Interpreters.end(),
                                    [&](const Interpreter &each) { return each.names.contains(wanted); });
    return name.isEmpty() || found == Interpreters.end() ? nullptr : &*found;
}

bool isShell(const Interpreter &interpreter) { return &interpreter == Interpreters.begin(); }

bool isJavaScript(const Interpreter &interpreter) { return interpreter.includes == NodeIncludes; }

bool hasWord(QLatin1StringView words, const QByteArray &word)
{
    return words.contains(u' ' + QString::fromLatin1(word) + u' ');
}

QByteArray withoutVersion(QByteArray name)
{
    while (!name.isEmpty() && (QByteArrayView("0123456789.-").contains(name.back())))
        name.chop(1);
    return name;
}

QByteArray lastName(const QByteArray &path) { return path.mid(path.lastIndexOf('/') + 1); }

} // namespace Hephaestus
