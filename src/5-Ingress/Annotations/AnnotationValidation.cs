using System.Buffers;
using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Usher.Ingress;

/// <summary>
/// What ingress-nginx's annotation validation takes of each value (its validators.go, and the validators in each annotation's main.go), unless <c>--enable-annotation-validation</c> is false. A value that it doesn't take
/// keeps the whole Ingress out where the annotation's Parse hands the error on (annotations.go, Extract), which its webhook tells too; where Parse has a default, the annotation counts as if it weren't there. Annotations that aren't here
/// are read more strictly than they are validated: numbers, flags, sizes, ranges, words of a list, names of objects and hosts.
/// </summary>
internal static partial class AnnotationValidation
{
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    // alphaNumericChars, and what the expressions that are made of it add.
    private const string Basic = "-._~/:";
    private const string Url = Basic + ",?&=";
    private const string Regular = Basic + "^$[](){}*+?|&=\\";
    private const string Target = Basic + "$";

    private static readonly FrozenDictionary<string, Validator> All = new Dictionary<string, Validator>
    {
        ["rewrite-target"] = Chars(Target).OrIgnored(), ["app-root"] = Chars(Target).OrIgnored(), ["x-forwarded-prefix"] = Chars(Target, spaces: true),
        ["permanent-redirect"] = Chars(Url), ["temporal-redirect"] = Chars(Url), ["server-alias"] = Chars(Regular + ",", spaces: true), ["upstream-vhost"] = Chars(Regular),
        ["auth-realm"] = Chars(Basic, spaces: true).With("auth-type"), ["auth-url"] = Chars(Url + "$", spaces: true), ["auth-signin"] = Chars(Url + "$", spaces: true).OrIgnored().With("auth-url"),
        ["auth-signin-redirect-param"] = Chars(Url, spaces: true).OrIgnored().With("auth-url"), ["auth-request-redirect"] = Chars(Url, spaces: true).With("auth-url"), ["auth-cache-key"] = Chars("-_${}", spaces: true).OrIgnored().With("auth-url"),
        ["auth-proxy-set-headers"] = Chars(Basic, spaces: true).OrIgnored().With("auth-url"),
        ["auth-tls-error-page"] = Form(ErrorPage(), "a URL of http or https, a path or the name of a location, of letters, digits and - . _ alone between its slashes, is wanted", spaces: true).With("auth-tls-secret"),
        ["auth-tls-match-cn"] = Form(CommonName(), "CN= and a regular expression are wanted").With("auth-tls-secret"),
        ["canary-by-header"] = Chars(Basic, spaces: true).OrIgnored(), ["canary-by-header-value"] = Chars(Basic, spaces: true).OrIgnored(), ["canary-by-cookie"] = Chars(Basic, spaces: true).OrIgnored(),
        ["canary-by-header-pattern"] = Chars(Regular).OrIgnored(),
        ["cors-allow-origin"] = Form(Origins(), "origins (https://app.example.com, https://*.example.com) between commas, null or * are wanted", spaces: true).OrIgnored(),
        ["cors-allow-methods"] = Form(Words(), "words between commas are wanted", spaces: true).OrIgnored(), ["cors-allow-headers"] = Chars("-_,", spaces: true).OrIgnored(),
        ["cors-expose-headers"] = Form(Exposed(), "names of headers, or *, between commas are wanted", spaces: true).OrIgnored(),
        ["custom-headers"] = Chars(Basic, spaces: true).OrIgnored(),
        ["mirror-target"] = Chars(Regular).OrIgnored(), ["mirror-host"] = Chars(Regular).OrIgnored().With("mirror-target"),
        ["proxy-cookie-path"] = Chars(Url, spaces: true).OrIgnored(), ["proxy-cookie-domain"] = Chars(Basic, spaces: true).OrIgnored(),
        ["proxy-redirect-from"] = Chars(Url, spaces: true).OrIgnored(), ["proxy-redirect-to"] = Chars(Url, spaces: true).OrIgnored(),
        ["proxy-ssl-name"] = Chars(Regular).OrIgnored().With("proxy-ssl-secret"),
        ["session-cookie-name"] = Chars(Basic, spaces: true).OrIgnored().With("affinity"), ["session-cookie-path"] = Chars(Url, spaces: true).OrIgnored().With("affinity"), ["session-cookie-domain"] = Chars(Basic, spaces: true).OrIgnored().With("affinity"),
        ["upstream-hash-by"] = Chars("-_${}", spaces: true), ["load-balance"] = Form(Balancers(), "round_robin, chash, chashsubset, sticky_balanced, sticky_persistent or ewma is wanted"),
        // Of those that have no effect here, the ones that keep an Ingress out.
        ["client-body-buffer-size"] = Form(Size(), "a size is wanted: bytes, or a number with k, m or g", spaces: true), ["connection-proxy-header"] = Form(Connection(), "close or keep-alive is wanted", spaces: true),
        ["http2-push-preload"] = Form(Flag(), "\"true\" or \"false\" is wanted"), ["opentelemetry-operation-name"] = Chars("-_", spaces: true).With("enable-opentelemetry"),
        ["ssl-ciphers"] = Form(Ciphers(), "OpenSSL's names of ciphers with colons between them are wanted", spaces: true),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What is wrong with a value, in the words of an error, and whether the annotation alone is left out; null when the value is taken.</summary>
    /// <param name="name">The annotation.</param>
    /// <param name="value">What is written.</param>
    /// <param name="has">Whether another annotation is written too: some are read only with another.</param>
    internal static (string Problem, bool IsIgnored)? Check(string name, string value, Func<string, bool> has)
    {
        if (value.Length == 0 || !All.TryGetValue(name, out var validator) || (validator.Other is { } other && !has(other)) || validator.Takes(value)) return null;
        return ($"found '{value}'; {validator.Wanted} (ingress-nginx's annotation validation, which the controller's --enable-annotation-validation=false switches off){(validator.Ignored ? "; ingress-nginx goes on as if the annotation weren't there" : "")}", validator.Ignored);
    }

    /// <summary>Letters, digits and other characters; with spaces, which are taken away before the value is looked at.</summary>
    private static Validator Chars(string others, bool spaces = false)
    {
        var valid = SearchValues.Create(Alphanumeric + others + (spaces ? " " : ""));
        return new Validator(text => !text.AsSpan().ContainsAnyExcept(valid), $"letters, digits{(spaces ? ", spaces" : "")} and {string.Join(' ', others.ToCharArray())} are allowed");
    }

    private static Validator Form(Regex form, string wanted, bool spaces = false) => new(text => form.IsMatch(spaces ? text.Replace(" ", "", StringComparison.Ordinal) : text), wanted);

    // authtls, redirectRegex.
    [GeneratedRegex(@"^(@[A-Za-z0-9_-]+|((https?://)?[A-Za-z0-9\-.]+(:[0-9]+)?)?(/[A-Za-z0-9\-_.]+)*/?)\z", RegexOptions.NonBacktracking)]
    private static partial Regex ErrorPage();

    // CommonNameAnnotationValidator; whether the rest is an expression is found where it is read.
    [GeneratedRegex("^CN=", RegexOptions.NonBacktracking)]
    private static partial Regex CommonName();

    // cors, corsOriginRegexValidator, corsMethodsRegex and corsExposeHeadersRegex.
    [GeneratedRegex(@"^((((([a-z]+://)?(\*\.)?[A-Za-z0-9\-.]*(:[0-9]+)?,?)|null)+)|\*)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Origins();

    [GeneratedRegex(@"^([A-Za-z]+,?)+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Words();

    [GeneratedRegex(@"^(([A-Za-z0-9\-_]+|\*),?)+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Exposed();

    // loadbalancing, loadBalanceAlgorithms, with the spaces around it taken away.
    [GeneratedRegex(@"^\s*(round_robin|chash|chashsubset|sticky_balanced|sticky_persistent|ewma)\s*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Balancers();

    // SizeRegex.
    [GeneratedRegex(@"^[0-9]+[bkmgBKMG]?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Size();

    [GeneratedRegex(@"^(close|keep-alive)\z", RegexOptions.NonBacktracking)]
    private static partial Regex Connection();

    // strconv.ParseBool.
    [GeneratedRegex(@"^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)\z", RegexOptions.NonBacktracking)]
    private static partial Regex Flag();

    // sslcipher, regexValidSSLCipher.
    [GeneratedRegex(@"^([A-Za-z0-9!:+\-_]|@STRENGTH|@SECLEVEL=[0-5])*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Ciphers();

    /// <param name="Takes">Whether a value is taken.</param>
    /// <param name="Wanted">What is taken, for people.</param>
    private sealed record Validator(Func<string, bool> Takes, string Wanted)
    {
        /// <summary>Whether a value that isn't taken counts as if it weren't there.</summary>
        internal bool Ignored { get; private init; }

        /// <summary>The annotation without which this one isn't read; null for none.</summary>
        internal string? Other { get; private init; }

        internal Validator OrIgnored() => this with { Ignored = true };

        internal Validator With(string other) => this with { Other = other };
    }
}
