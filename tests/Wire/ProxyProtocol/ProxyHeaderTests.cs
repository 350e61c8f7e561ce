using System.Net;
using System.Text;
using CsCheck;

namespace Usher.Wire.Tests.ProxyProtocol;

public sealed class ProxyHeaderTests
{
    private const string Signature = "0D0A0D0A000D0A515549540A";

    private static readonly Gen<IPAddress> Addresses = Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]).Select(b => new IPAddress(b));

    [Theory]
    // Version 2, section 2.2 of the specification.
    [InlineData(Signature + "21" + "11" + "000C" + "CB007107" + "0A000001" + "9C40" + "01BB", "203.0.113.7:40000 → 10.0.0.1:443, 28 bytes")]
    [InlineData(Signature + "21" + "21" + "0024" + "20010DB8000000000000000000000001" + "20010DB8000000000000000000000002" + "9C40" + "01BB", "[2001:db8::1]:40000 → [2001:db8::2]:443, 52 bytes")]
    [InlineData(Signature + "21" + "11" + "0013" + "CB007107" + "0A000001" + "9C40" + "01BB" + "04000400000000", "203.0.113.7:40000 → 10.0.0.1:443, 35 bytes")]
    [InlineData(Signature + "20" + "00" + "0000", "nobody, 16 bytes")]
    [InlineData(Signature + "20" + "11" + "0002" + "0000", "nobody, 18 bytes")]
    [InlineData(Signature + "22" + "11" + "0000", "nobody, 16 bytes")]
    [InlineData(Signature + "21" + "12" + "000C" + "CB007107" + "0A000001" + "9C40" + "01BB", "nobody, 28 bytes")]
    [InlineData(Signature + "21" + "31" + "0000", "nobody, 16 bytes")]
    [InlineData(Signature + "21" + "11" + "000B" + "CB007107" + "0A000001" + "9C40" + "01", "broken")]
    [InlineData(Signature + "11" + "11" + "000C" + "CB007107" + "0A000001" + "9C40" + "01BB", "broken")]
    [InlineData(Signature + "21" + "11" + "FFFF", "broken")]
    [InlineData(Signature + "21" + "11" + "000C" + "CB0071", "more")]
    [InlineData(Signature + "21", "more")]
    [InlineData("0D0A0D0A00", "more")]
    [InlineData("0D0A0D0A01", "broken")]
    public void Version_2(string hex, string expected) => Assert.Equal(expected, Told(Convert.FromHexString(hex)));

    [Theory]
    // Version 1, section 2.1 of the specification.
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.1 40000 443\r\nGET", "203.0.113.7:40000 → 10.0.0.1:443, 43 bytes")]
    [InlineData("PROXY TCP6 2001:db8::1 2001:db8::2 40000 443\r\n", "[2001:db8::1]:40000 → [2001:db8::2]:443, 46 bytes")]
    [InlineData("PROXY UNKNOWN\r\n", "nobody, 15 bytes")]
    [InlineData("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", "nobody, 43 bytes")]
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.1 40000 443", "more")]
    [InlineData("PRO", "more")]
    [InlineData("PROXY UDP4 203.0.113.7 10.0.0.1 40000 443\r\n", "broken")]
    [InlineData("PROXY TCP4 203.0.113 10.0.0.1 40000 443\r\n", "broken")]
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.1 65536 443\r\n", "broken")]
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.1 40000\r\n", "broken")]
    [InlineData("PROXY TCP4  203.0.113.7 10.0.0.1 40000 443\r\n", "broken")]
    [InlineData("GET / HTTP/1.1\r\n", "broken")]
    [InlineData("\u0016\u0003\u0001", "broken")]
    public void Version_1(string text, string expected) => Assert.Equal(expected, Told(Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void A_line_ends_within_107_bytes() => Assert.Equal("broken", Told(Encoding.ASCII.GetBytes("PROXY UNKNOWN " + new string('x', 107))));

    [Fact]
    public void What_is_written_is_read_as_it_was_and_not_before_it_is_whole() => Gen.Select(Addresses, Addresses, Gen.Int[0, 65535], Gen.Int[0, 65535]).Where((a, b, _, _) => a.AddressFamily == b.AddressFamily).Sample((from, to, fromPort, toPort) =>
    {
        var written = ProxyHeaderWriter.Write(new IPEndPoint(from, fromPort), new IPEndPoint(to, toPort));
        Assert.Equal($"{new IPEndPoint(from, fromPort)} → {new IPEndPoint(to, toPort)}, {written.Length} bytes", Told([.. written, .. "GET"u8]));
        for (var length = 0; length < written.Length; length++) Assert.Equal("more", Told(written.AsSpan(0, length)));
    });

    [Fact]
    public void A_datagrams_header_says_so_and_a_health_checks_names_nobody()
    {
        Assert.Equal(0x12, ProxyHeaderWriter.Write(IPEndPoint.Parse("203.0.113.7:1"), IPEndPoint.Parse("10.0.0.1:53"), datagrams: true)[13]);
        Assert.Equal("nobody, 23 bytes", Told(ProxyHeaderWriter.WriteLocal()));
    }

    [Fact]
    public void The_checksum_is_CRC32c_of_the_header_with_zeros_in_its_place()
    {
        // RFC 3720, appendix B.4: 32 bytes of zeros.
        Assert.Equal(0x8a9136aau, ProxyHeaderWriter.Checksum(new byte[32]));
        var header = ProxyHeaderWriter.Write(IPEndPoint.Parse("203.0.113.7:40000"), IPEndPoint.Parse("10.0.0.1:443"));
        Assert.Equal("030004", Convert.ToHexString(header.AsSpan(28, 3)));
        var sum = Convert.ToHexString(header.AsSpan(31));
        header.AsSpan(31).Clear();
        Assert.Equal(sum, ProxyHeaderWriter.Checksum(header).ToString("X8", null));
    }

    [Fact]
    public void No_bytes_do_harm() => Gen.OneOf(
        Gen.Byte.Array[0, 200],
        Gen.Byte.Array[0, 200].Select(rest => Convert.FromHexString(Signature).Concat(rest).ToArray()),
        Gen.String[Gen.Char["PROXYTCUNKW46 .:0123456789abcdef\r\n"], 0, 130].Select(rest => Encoding.Latin1.GetBytes("PROXY " + rest))).Sample(bytes =>
    {
        var status = ProxyHeaderReader.Read(bytes, out var header, out var length);
        Assert.Equal(status == ProxyHeaderStatus.Complete, header is not null);
        Assert.InRange(length, 0, bytes.Length);
    }, iter: 20_000);

    private static string Told(ReadOnlySpan<byte> received) => ProxyHeaderReader.Read(received, out var header, out var length) switch
    {
        ProxyHeaderStatus.NeedMore => "more",
        ProxyHeaderStatus.Broken => "broken",
        _ when header!.Source is null => $"nobody, {length} bytes",
        _ => $"{header.Source} → {header.Destination}, {length} bytes",
    };
}
