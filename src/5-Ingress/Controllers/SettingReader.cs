using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>Reads the texts of annotations and ConfigMaps as nginx's and ingress-nginx's own formats. A text that isn't one is reported, and read as if it weren't there.</summary>
/// <param name="find">The text of a name, or null.</param>
/// <param name="report">Told of a name, what was found, and what is allowed.</param>
internal sealed class SettingReader(Func<string, string?> find, Action<string, string> report)
{
    private readonly SortedSet<string> used = new(StringComparer.Ordinal);

    /// <summary>The names that were found.</summary>
    internal IEnumerable<string> Used => used;

    /// <summary>A text without outer whitespace; null when it isn't there or empty.</summary>
    internal string? Text(string name)
    {
        if (find(name)?.Trim() is not { Length: > 0 } text) return null;
        used.Add(name);
        return text;
    }

    /// <summary>The same where headers, or the paths of requests, are made of it or compared with it.</summary>
    internal string? HeaderText(string name) => Text(name) is { } text ? Octets.Of(text) : null;

    /// <summary>A boolean as Go's strconv.ParseBool reads it.</summary>
    internal bool? Flag(string name)
    {
        switch (Text(name))
        {
            case null: return null;
            case "true" or "True" or "TRUE" or "t" or "T" or "1": return true;
            case "false" or "False" or "FALSE" or "f" or "F" or "0": return false;
            case var other:
                Wrong(name, other, "\"true\" or \"false\" is wanted");
                return null;
        }
    }

    /// <summary>A whole number.</summary>
    internal int? Number(string name, int least, int most)
    {
        if (Text(name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Wrong(name, text, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most} is wanted"));
        return null;
    }

    /// <summary>Seconds.</summary>
    internal TimeSpan? Seconds(string name)
    {
        if (Text(name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400)
            return TimeSpan.FromSeconds(seconds);
        Wrong(name, text, "whole seconds from 1 to 86400, without a unit, are wanted");
        return null;
    }

    /// <summary>nginx's size: bytes, or with k, m or g (nginx documentation, Configuration file measurement units).</summary>
    internal long? Size(string name)
    {
        if (Text(name) is not { } text) return null;
        var unit = char.ToLowerInvariant(text[^1]) switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, _ => 1L };
        if (long.TryParse(unit == 1 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= long.MaxValue / unit) return count * unit;
        Wrong(name, text, "a size is wanted: bytes, or a number with k, m or g");
        return null;
    }

    /// <summary>Words between commas.</summary>
    internal ImmutableArray<string> List(string name) => [.. (Text(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Addresses and address ranges between commas; an address's bits beyond its range count for nothing, as in nginx.</summary>
    internal ImmutableArray<IPNetwork> Ranges(string name)
    {
        var ranges = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var text in List(name))
        {
            if (Range(text) is { } range) ranges.Add(range);
            else Wrong(name, text, "an address or an address range (10.0.0.0/8) is wanted");
        }

        return ranges.ToImmutable();
    }

    /// <summary>Reports a text.</summary>
    internal void Wrong(string name, string found, string wanted) => report(name, $"found '{found}'; {wanted}");

    private static IPNetwork? Range(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address)) return null;
        var bytes = address.GetAddressBytes();
        var length = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bytes.Length * 8)) return null;
        for (var i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xFF << Math.Clamp(8 - (length - (i * 8)), 0, 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }
}
