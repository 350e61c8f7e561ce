using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Doorway.Files.Yaml;

namespace Usher.Doorway.Files.Binding;

/// <summary>A scalar as the JSON that a field's type takes, or why it can't be.</summary>
internal static partial class ScalarJson
{
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    internal static bool TryWrite(Utf8JsonWriter json, YamlScalar scalar, Form form)
    {
        switch (form)
        {
            case Form.Text when scalar.Kind == ScalarKind.Text:
            case Form.Time when scalar.Kind == ScalarKind.Text && IsTime(scalar.Text):
            case Form.Bytes when scalar.Kind == ScalarKind.Text && IsBase64(scalar.Text):
            case Form.IntOrText when scalar.Kind == ScalarKind.Text && !IsDigits(scalar.Text):
            case Form.Quantity when scalar.Kind != ScalarKind.Null && IsQuantity(scalar.Text):
                json.WriteStringValue(scalar.Text);
                return true;
            case Form.Boolean when scalar.Kind == ScalarKind.Boolean:
                json.WriteBooleanValue(scalar.Text == "true");
                return true;
            case Form.Int32 or Form.IntOrText when Whole(scalar) is { } whole && whole >= int.MinValue && whole <= int.MaxValue:
                json.WriteNumberValue((int)whole);
                return true;
            case Form.Int64 when Whole(scalar) is { } whole && whole >= long.MinValue && whole <= long.MaxValue:
                json.WriteNumberValue((long)whole);
                return true;
            case Form.Number when scalar.Kind is ScalarKind.Integer or ScalarKind.Float && double.TryParse(scalar.Text, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number):
                json.WriteNumberValue(number);
                return true;
            default:
                return false;
        }
    }

    internal static void WriteFree(Utf8JsonWriter json, YamlScalar scalar)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Null: json.WriteNullValue(); break;
            case ScalarKind.Boolean: json.WriteBooleanValue(scalar.Text == "true"); break;
            case ScalarKind.Integer: json.WriteRawValue(scalar.Text); break;
            case ScalarKind.Float when double.TryParse(scalar.Text, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            default: json.WriteStringValue(scalar.Text); break;
        }
    }

    /// <summary>What was found and what is wanted.</summary>
    internal static string Problem(YamlValue value, Form form, bool secret)
    {
        var found = $"found {Found.Describe(value, secret)}; ";
        var scalar = value as YamlScalar;
        return form switch
        {
            Form.Text when scalar is not null && !secret => $"{found}a string is wanted: put it in quotes",
            Form.Text => $"{found}a string is wanted",
            Form.Boolean when scalar is { Kind: ScalarKind.Text } && Scalars.Resolve(scalar.Written).Kind == ScalarKind.Boolean =>
                $"{found}true or false is wanted: take the quotes away",
            Form.Boolean => $"{found}true or false is wanted",
            Form.Int32 or Form.Int64 when scalar is { Kind: ScalarKind.Text, Written.Length: > 0 } && Scalars.Resolve(scalar.Written).Kind == ScalarKind.Integer =>
                $"{found}a whole number is wanted: take the quotes away",
            Form.Int32 => $"{found}a whole number is wanted{Range(scalar, int.MinValue, int.MaxValue)}",
            Form.Int64 => $"{found}a whole number is wanted{Range(scalar, long.MinValue, long.MaxValue)}",
            Form.Number => $"{found}a number is wanted",
            Form.Time => $"{found}a time is wanted, as 2026-11-23T14:00:00Z",
            Form.Bytes when scalar is { Kind: ScalarKind.Text } => "found text that isn't base64; encode it",
            Form.Bytes => $"{found}base64 text is wanted",
            Form.IntOrText when scalar is { Kind: ScalarKind.Text } => $"{found}a text of digits names nothing: take the quotes away",
            Form.IntOrText => $"{found}a whole number or a string is wanted",
            Form.Quantity => $"{found}a quantity is wanted, as 500m, 2 or 64Mi",
            _ => $"{found}something else is wanted",
        };
    }

    // As Go does, 3.0 and 1e3 are whole numbers.
    private static BigInteger? Whole(YamlScalar scalar) => scalar.Kind switch
    {
        ScalarKind.Integer => BigInteger.Parse(scalar.Text, CultureInfo.InvariantCulture),
        ScalarKind.Float when double.TryParse(scalar.Text, CultureInfo.InvariantCulture, out var number) && double.IsInteger(number) && Math.Abs(number) < 1e15 =>
            new BigInteger(number),
        _ => null,
    };

    private static string Range(YamlScalar? scalar, long least, long most) =>
        scalar is not null && Whole(scalar) is not null ? string.Create(CultureInfo.InvariantCulture, $", from {least} to {most}") : "";

    private static bool IsDigits(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static bool IsTime(string text) =>
        DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
        && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > "yyyy-MM-dd".Length);

    private static bool IsBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out _);
    }

    // Checked here first: the client's own parser would compute an exponent of any size.
    private static bool IsQuantity(string text)
    {
        if (text.Length > 40 || !QuantityForm().IsMatch(text)) return false;
        try
        {
            _ = new ResourceQuantity(text).ToDecimal();
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?\z")]
    private static partial Regex QuantityForm();
}
