namespace Usher.Wire.Tests.Peers;

/// <summary>Bytes as they may come from a socket.</summary>
internal static class Pieces
{
    /// <summary>A message cut after so many bytes, and after so many more; the rest is one piece.</summary>
    internal static IEnumerable<byte[]> Of(byte[] wire, int[] cuts)
    {
        var start = 0;
        foreach (var cut in cuts)
        {
            if (start + cut >= wire.Length) break;
            yield return wire[start..(start + cut)];
            start += cut;
        }

        yield return wire[start..];
    }
}
