using System.Text.RegularExpressions;
using Usher.Tests;

namespace Usher.Repository.Tests;

/// <summary>
/// The outcomes' codes that the sources make. How they are found, in every file of <c>src</c>, line by line without comments:
/// <list type="number">
/// <item>A string literal is a code if its first part is a hop's name or <c>road</c> and one or two parts in kebab case follow, unless it is one of <see cref="Others"/>.</item>
/// <item>An interpolated one is a code if it has that form with holes, or begins with a hole that is a hop's <c>Name()</c>. <see cref="Filled"/> puts into each hole what can stand there: the words in its own quotes, what <see cref="Holes"/> reads
/// from where they are made, <c>#</c> for a status, <c>*</c> for what the sources don't tell. A hole that is none of these is an error: say here what it may be.</item>
/// <item>What <c>auth-tls-error-page</c> makes of a code is one too (<see cref="Redirected"/>).</item>
/// </list>
/// Filling in makes some that no request can have; <see cref="Never"/> says which, and why.
/// </summary>
internal static partial class OutcomeCodes
{
    private const string Hops = "dns|tls|load-balancer|node|ingress|service|endpoint|pod|application|response|browser|road";

    /// <summary>Literals that look like codes: fields of a client's report, keys of a Secret, an attribute of spans, file and server names.</summary>
    private static readonly string[] Others = ["browser.name", "dns.answers", "dns.name", "tls.chain", "tls.crt", "tls.key", "service.name", "ingress.local", "road.json"];

    /// <summary>Names of OpenTelemetry's attributes have the form of codes (<c>dns.question.name</c>), and nothing there makes an outcome.</summary>
    private const string Attributes = "src/Trace/Export/";

    /// <summary>Who answers requests; only relays tell of an endpoint besides.</summary>
    private static readonly string[] Answering = ["load-balancer", "ingress"];

    /// <summary>What stands in a hole, by its text. A file and a regex: what the regex's first group finds in the file.</summary>
    private static readonly Dictionary<string, Func<IEnumerable<string>>> Holes = new()
    {
        ["Loss"] = () => Found("src/3-LoadBalancer/Network/Flow.cs", "(?<=Loss\\(bool udp\\).*)\"(\\w+)\""),
        ["Flow.Loss(Udp)"] = () => Holes!["Loss"](),
        ["missing.Code"] = () => Found("src/5-Ingress/Routes/BackendCompiler.cs", "(?:Missing|Refused)\\(\\$\"[^\"]*\", \"([a-z-]+)\""),
        ["Backend.Missing?.Code ?? \"no-endpoints\""] = () => Holes!["missing.Code"](),
        ["dns.ResponseCode?.ToLowerInvariant() ?? \"failed\""] = () => ["*"],
        ["code"] = () => Found("src/Seam/Tls/HandshakeFailures.cs", "=> \\(\"([a-z-]+)\",").Concat(Found("src/Seam/Tls/ServerHandshakes.cs", "HandshakeFailures\\.Tell\\(record, \"([a-z-]+)\"")),
        ["status}.{why"] = () => Found("src/Trace/Explain/Explainer.cs", "\\((\\d+, \"[a-z-]+)\"\\)").Select(f => f.Replace(", \"", ".", StringComparison.Ordinal)),
        ["status}.{KebabCase(rejection.Violation.ToString())"] = Refused,
        ["hop.Name()"] = () => ["ingress"],
        ["failed.Hop.Name()"] = () => ["*"],
        ["report.Hop.Name()"] = () => [.. Answering, "endpoint"],
    };

    private static readonly string[] Never =
    [
        // An ICMP message refuses datagrams, RST and TLS are for connections.
        "\\.reset\\.port-unreachable$", "\\.dropped\\.(connection-refused|tls-handshake)$",
        // A node encrypts nothing.
        "^endpoint\\..*tls-handshake$",
        // A handshake at a load balancer is the hop tls.
        "^load-balancer\\.tls\\.",
    ];

    /// <summary>All of them, each with a file that makes it.</summary>
    internal static IReadOnlyDictionary<string, string> All { get; } = Checkout.Files("src", ".cs").Where(f => !Checkout.Relative(f).StartsWith(Attributes, StringComparison.Ordinal)).SelectMany(Of)
        .Where(c => !Others.Contains(c.Code) && !Never.Any(n => Regex.IsMatch(c.Code, n)))
        .DistinctBy(c => c.Code).ToDictionary(c => c.Code, c => c.File);

    /// <summary>Whether a row of the page is for a code wherever its holes are filled: a <c>#</c> or <c>*</c> of the code wants a <c>*</c> of the row.</summary>
    internal static bool IsFor(string row, string code) => Fits(row, code, (wanted, part) => wanted.Contains('*', StringComparison.Ordinal) && (part == "*" || IsNumber(wanted)));

    /// <summary>Whether a row may be a code's with its holes filled.</summary>
    internal static bool MayBeOf(string row, string code) => Fits(row, code, (wanted, part) => part == "*" || IsNumber(wanted));

    private static bool Fits(string row, string code, Func<string, string, bool> hole) => row.Split('.') is var wanted && code.Split('.') is var parts && wanted.Length == parts.Length
        && wanted.Zip(parts).All(p => p.Second is "#" or "*" ? hole(p.First, p.Second) : Regex.IsMatch(p.Second, $"^{p.First.Replace("*", ".+", StringComparison.Ordinal)}$"));

    private static bool IsNumber(string part) => part.All(c => c == '*' || char.IsAsciiDigit(c));

    private static IEnumerable<(string Code, string File)> Of(string file)
    {
        foreach (var line in File.ReadLines(file).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)))
        {
            var codes = Literal().Matches(line).Select(m => m.Groups["text"].Value).Where(t => Code().IsMatch(t)).SelectMany(t => Filled(t, file)).ToList();
            foreach (var code in codes.Concat(Redirected(line, codes, file))) yield return (code, Checkout.Relative(file));
        }
    }

    private static IEnumerable<string> Filled(string text, string file)
    {
        var known = Holes.Keys.FirstOrDefault(h => h.Contains("}.{", StringComparison.Ordinal) && text.Contains($"{{{h}}}", StringComparison.Ordinal));
        var hole = known is null ? Hole().Match(text) is { Success: true } found ? found.Groups["hole"].Value : null : known;
        return hole is null ? [text] : Standing(hole, file).SelectMany(v => Filled(text.Replace($"{{{hole}}}", v, StringComparison.Ordinal), file));
    }

    private static List<string> Standing(string hole, string file)
    {
        List<string> values = [.. Quoted().Matches(hole).Select(m => m.Groups["word"].Value), .. Holes.GetValueOrDefault(hole)?.Invoke() ?? []];
        if (values.Count == 0 && hole.EndsWith("tatus", StringComparison.Ordinal)) values.Add("#");
        if (values.Count == 0 && hole.EndsWith("Hop.Name()", StringComparison.Ordinal)) values.AddRange(Answering);
        Assert.True(values.Count > 0, $"{Checkout.Relative(file)} makes an outcome with {{{hole}}}, and OutcomeCodes doesn't know what may stand there");
        return values;
    }

    private static IEnumerable<string> Redirected(string line, List<string> codes, string file) => Path.GetFileName(file) == "ClientCertificate.cs" && line.Contains("Turned(", StringComparison.Ordinal)
        ? codes.Select(c => c.Replace("400", "302", StringComparison.Ordinal))
        : [];

    /// <summary>What a load balancer answers to a head that no request can be made of.</summary>
    private static IEnumerable<string> Refused()
    {
        var statuses = Regex.Matches(File.ReadAllText(Checkout.At("src/3-LoadBalancer/Refusal.cs")), "HttpViolation\\.(\\w+) => (\\d+)").ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        return Found("src/Wire/Heads/HttpViolation.cs", "(?m)^    ([A-Z]\\w+),").Where(v => v != "None")
            .Select(v => $"{statuses.GetValueOrDefault(v, "400")}.{Regex.Replace(v, "(?<!^)([A-Z])", "-$1").ToLowerInvariant()}");
    }

    private static List<string> Found(string file, string pattern)
    {
        List<string> values = [.. Regex.Matches(File.ReadAllText(Checkout.At(file)), pattern).Select(m => m.Groups[1].Value)];
        Assert.True(values.Count > 0, $"{file} has nothing any more that {pattern} finds: OutcomeCodes reads parts of codes there");
        return values;
    }

    [GeneratedRegex("\\$?\"(?<text>(?:[^\"{\\\\]|\\{[^{}]*\\})*)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("^(?:" + Hops + "|\\{[^{}]*[Hh]op\\.Name\\(\\)\\})(?:\\.(?:[a-z0-9-]|\\{[^{}]*\\})+){1,2}$")]
    private static partial Regex Code();

    [GeneratedRegex("\\{(?<hole>[^{}]*)\\}")]
    private static partial Regex Hole();

    [GeneratedRegex("\"(?<word>[a-z-]+)\"")]
    private static partial Regex Quoted();
}
