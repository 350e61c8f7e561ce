namespace Usher.Ingress;

/// <summary><c>limit-rate</c> and <c>limit-rate-after</c>: how fast each response is sent (ingress-nginx documentation, Rate Limiting; nginx documentation, limit_rate).</summary>
/// <param name="Rate">Bytes a second.</param>
/// <param name="After">Bytes that come before, at any speed.</param>
internal sealed record PaceRule(long Rate, long After)
{
    /// <summary>Both are written in KiB.</summary>
    internal static PaceRule? Read(SettingReader reader, PaceRule? otherwise)
    {
        var rate = reader.Number("limit-rate", 0, int.MaxValue);
        var after = reader.Number("limit-rate-after", 0, int.MaxValue);
        var bytes = rate is { } written ? written * 1024L : otherwise?.Rate ?? 0;
        return bytes == 0 ? null : new PaceRule(bytes, after is { } first ? first * 1024L : otherwise?.After ?? 0);
    }
}
