using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Usher.Doorway.Files.Yaml;

/// <summary>
/// What a plain scalar means to Kubernetes: the rules of sigs.k8s.io/yaml (goyaml.v2, resolve.go), which are YAML 1.1's without base 60.
/// <c>yes</c>, <c>on</c> and <c>y</c> are booleans, <c>0644</c> is octal, a date is text.
/// </summary>
internal static partial class Scalars
{
    private static readonly FrozenDictionary<string, (ScalarKind Kind, string Text)> Words = new[]
    {
        (ScalarKind.Boolean, "true", new[] { "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON" }),
        (ScalarKind.Boolean, "false", ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]),
        (ScalarKind.Null, "", ["", "~", "null", "Null", "NULL"]),
        (ScalarKind.Float, ".nan", [".nan", ".NaN", ".NAN"]),
        (ScalarKind.Float, ".inf", [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"]),
        (ScalarKind.Float, "-.inf", ["-.inf", "-.Inf", "-.INF"]),
    }.SelectMany(row => row.Item3.Select(word => (word, (row.Item1, row.Item2)))).ToFrozenDictionary(pair => pair.word, pair => pair.Item2);

    /// <summary>The meaning of a plain scalar and that meaning as text.</summary>
    internal static (ScalarKind Kind, string Text) Resolve(string written)
    {
        if (Words.TryGetValue(written, out var word)) return word;
        if (!char.IsAsciiDigit(written[0]) && written[0] is not ('+' or '-' or '.')) return (ScalarKind.Text, written);

        var plain = written[0] == '.' ? written : written.Replace("_", "", StringComparison.Ordinal);
        if (written[0] != '.' && Integer(plain) is { } integer) return (ScalarKind.Integer, integer.ToString(CultureInfo.InvariantCulture));
        return Float().IsMatch(plain) && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? (ScalarKind.Float, number.ToString("R", CultureInfo.InvariantCulture))
            : (ScalarKind.Text, written);
    }

    /// <summary>As strconv.ParseInt with base 0: an optional sign, then 0x, 0o, 0b, a leading 0 for octal, or decimal.</summary>
    private static BigInteger? Integer(string text)
    {
        // Longer ones are no number that any field takes, and parsing them takes quadratic time.
        if (text.Length > 80) return null;
        var negative = text.StartsWith('-');
        var digits = text.AsSpan(negative || text.StartsWith('+') ? 1 : 0);
        var radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            radix = char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'b' => 2, _ => 8 };
            digits = digits[(radix != 8 || digits[1] is 'o' or 'O' ? 2 : 1)..];
        }

        if (digits.IsEmpty) return null;
        var value = BigInteger.Zero;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;
            if (digit >= radix) return null;
            value = value * radix + digit;
        }

        return negative ? -value : value;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Float();
}
