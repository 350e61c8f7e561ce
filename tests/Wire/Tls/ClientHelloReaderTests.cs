using System.Buffers;
using System.Net.Security;
using System.Text;
using CsCheck;

namespace Usher.Wire.Tests.Tls;

public class ClientHelloReaderTests
{
    private static readonly Gen<HelloText> Texts =
        from name in Gen.OneOf(Gen.Const((string?)null), Gen.String[Gen.Char["abcxyz019.-"], 1, 60].Select(text => (string?)text))
        from suites in Gen.UShort.Array[1, 40]
        from versions in Gen.UShort.Array[0, 6]
        from algorithms in Gen.UShort.Array[0, 20]
        from protocols in Gen.String[Gen.Char["abh/12."], 1, 10].Array[0, 4]
        from padding in Gen.Int[0, 40_000]
        select new HelloText(name, suites, versions, algorithms, protocols, padding);

    private static readonly Gen<byte[]> Wires = Gen.Select(Texts, Gen.Int[1, 1 << 14], (text, record) => text.Wire(record));

    [Fact]
    public void What_is_written_is_read_in_however_many_records_and_segments() =>
        Gen.Select(Texts, Gen.Int[1, 1 << 14], Gen.Int[1, 3_000], Gen.Byte.Array[0, 20]).Sample((text, record, segment, more) =>
        {
            Assert.Equal(HelloStatus.Complete, ClientHelloReader.Read(Segments([.. text.Wire(record), .. more], segment), out var hello));
            Assert.Equal(text.Name, hello!.ServerName);
            Assert.Equal(text.Suites, hello.CipherSuites);
            Assert.Equal(text.Versions, hello.SupportedVersions);
            Assert.Equal(text.Algorithms, hello.SignatureAlgorithms);
            Assert.Equal(text.Protocols, hello.ApplicationProtocols);
        }, iter: 300);

    [Fact]
    public void Of_a_part_more_is_wanted() =>
        Gen.Select(Wires, Gen.Double[0, 1]).Sample((wire, share) =>
        {
            // Bytes after the message may be in the last record; these wires have none.
            var part = wire.AsMemory(0, (int)(wire.Length * share * 0.999));
            Assert.Equal(HelloStatus.NeedMore, ClientHelloReader.Read(new ReadOnlySequence<byte>(part), out var hello));
            Assert.Null(hello);
        }, iter: 500);

    [Fact]
    public void Mutated_input_never_throws_and_gives_a_hello_only_when_it_is_complete() =>
        Gen.Select(Wires, Gen.Select(Gen.Int[0, 400], Gen.Byte).Array[1, 6], Gen.Int[0, 5]).Sample((wire, changes, cut) =>
        {
            foreach (var (at, value) in changes) wire[at % wire.Length] = value;
            var status = ClientHelloReader.Read(new ReadOnlySequence<byte>(wire.AsMemory(0, wire.Length - Math.Min(cut, wire.Length))), out var hello);
            Assert.Equal(status == HelloStatus.Complete, hello is not null);
            _ = hello?.TakesRsa(true) & hello?.TakesEcdsa(false, ClientHello.P384);
        }, iter: 5_000);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n", HelloStatus.NotTls)]
    [InlineData("\x16", HelloStatus.NeedMore)]
    [InlineData("\x16\x02\x00", HelloStatus.NotTls)]          // no TLS version
    [InlineData("\x15\x03\x01\x00\x02\x01\x00", HelloStatus.NotTls)] // begins with an alert
    [InlineData("\x16\x03\x01\x00\x00", HelloStatus.Bad)]     // an empty record
    [InlineData("\x16\x03\x01\x40\x01", HelloStatus.Bad)]     // a record of more than 16 KiB
    [InlineData("\x16\x03\x01\x00\x01\x02", HelloStatus.Bad)] // a ServerHello
    [InlineData("\x16\x03\x01\x00\x04\x01\x01\x00\x00", HelloStatus.Bad)] // longer than what is waited for
    [InlineData("\x16\x03\x01\x00\x01\x01\x17\x03\x01", HelloStatus.Bad)] // data in the middle of it
    [InlineData("", HelloStatus.NeedMore)]
    public void First_bytes(string bytes, HelloStatus status) =>
        Assert.Equal(status, ClientHelloReader.Read(new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(bytes)), out _));

    [Theory]
    [InlineData("1301,c02b,c02f", "0304,0303", "0403,0804,0401", true, true, true)]
    [InlineData("1301", "0304", "0804", true, false, true)]
    [InlineData("1301", "0304", "0403", true, true, false)]
    [InlineData("1301", "0304", "0401", true, false, false)]  // TLS 1.3 signs with PSS only
    [InlineData("c02f", "", "0401,0403", false, false, true)] // the suite decides
    [InlineData("c02b", "", "0401,0403", false, true, false)]
    [InlineData("c02b,c02f", "", "0401", false, false, true)] // and the algorithms
    [InlineData("c02b,c02f", "", "0403", false, true, false)]
    [InlineData("c02b,009c", "", "", false, true, true)]      // none given: SHA-1 with any key
    [InlineData("c02f", "", "0807", false, false, false)]     // Ed25519
    [InlineData("0a0a,1301", "0a0a,0304", "0a0a,0804", true, false, true)] // GREASE is nothing
    public void Which_keys_a_client_takes(string suites, string versions, string algorithms, bool tls13, bool ecdsa, bool rsa)
    {
        var wire = new HelloText(null, Numbers(suites), Numbers(versions), Numbers(algorithms), [], 0).Wire(100);
        Assert.Equal(HelloStatus.Complete, ClientHelloReader.Read(new ReadOnlySequence<byte>(wire), out var hello));
        Assert.Equal((ecdsa, rsa), (hello!.TakesEcdsa(tls13, ClientHello.P256), hello.TakesRsa(tls13)));
        Assert.Equal(versions.Contains("0304", StringComparison.Ordinal), hello.Offers(ClientHello.Tls13));

        static ushort[] Numbers(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(n => Convert.ToUInt16(n, 16))];
    }

    [Theory]
    [InlineData(true, "", "0403,0804", true, false, false)]
    [InlineData(true, "", "0503,0603", false, true, true)]
    [InlineData(true, "17", "0403,0503", true, true, false)]      // in TLS 1.3 the algorithm alone names the curve
    [InlineData(false, "17,1d", "0503", true, false, false)]      // before, the group does
    [InlineData(false, "18,19", "0403", false, true, true)]
    [InlineData(false, "", "0403", true, true, true)]
    [InlineData(false, "17,18,19", "0401", false, false, false)]
    public void Which_curves_a_client_takes(bool tls13, string groups, string algorithms, bool p256, bool p384, bool p521)
    {
        var hello = new ClientHello
        {
            LegacyVersion = ClientHello.Tls12, CipherSuites = [0x1301, 0xc02b], SupportedGroups = [.. Numbers(groups)], SignatureAlgorithms = [.. Numbers(algorithms)],
        };
        Assert.Equal((p256, p384, p521), (hello.TakesEcdsa(tls13, ClientHello.P256), hello.TakesEcdsa(tls13, ClientHello.P384), hello.TakesEcdsa(tls13, ClientHello.P521)));

        static IEnumerable<ushort> Numbers(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(n => Convert.ToUInt16(n, 16));
    }

    [Fact]
    public async Task A_real_clients_hello_is_read()
    {
        var wire = new MemoryStream();
        await using var client = new SslStream(new WriteOnly(wire));
        await Assert.ThrowsAnyAsync<IOException>(() => client.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "api.example.com", ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] },
            TestContext.Current.CancellationToken));

        Assert.Equal(HelloStatus.Complete, ClientHelloReader.Read(new ReadOnlySequence<byte>(wire.ToArray()), out var hello));
        Assert.Equal("api.example.com", hello!.ServerName);
        Assert.Equal(["h2", "http/1.1"], hello.ApplicationProtocols);
        Assert.True(hello.Offers(ClientHello.Tls13) && hello.Offers(ClientHello.Tls12) && hello.TakesEcdsa(true, ClientHello.P256) && hello.TakesRsa(true) && hello.TakesEcdsa(false, ClientHello.P384) && hello.TakesRsa(false));
    }

    private static ReadOnlySequence<byte> Segments(byte[] bytes, int size)
    {
        Segment? first = null, last = null;
        foreach (var chunk in bytes.Chunk(size)) last = first is null ? first = new Segment(chunk, 0) : last!.Append(chunk);
        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        internal Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        internal Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }

    /// <summary>Keeps what is written; there is nothing to read.</summary>
    private sealed class WriteOnly(MemoryStream kept) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => kept.Flush();

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override void Write(byte[] buffer, int offset, int count) => kept.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

/// <summary>A ClientHello's contents, and its bytes, written independently of the reader.</summary>
internal sealed record HelloText(string? Name, ushort[] Suites, ushort[] Versions, ushort[] Algorithms, string[] Protocols, int Padding)
{
    internal byte[] Wire(int record)
    {
        byte[] extensions =
        [
            .. Name is null ? [] : Extension(0, Vector(2, [0, .. Vector(2, Encoding.Latin1.GetBytes(Name))])),
            .. Extension(21, new byte[Padding]),
            .. Algorithms.Length == 0 ? [] : Extension(13, Vector(2, Numbers(Algorithms))),
            .. Protocols.Length == 0 ? [] : Extension(16, Vector(2, [.. Protocols.SelectMany(p => Vector(1, Encoding.Latin1.GetBytes(p)))])),
            .. Versions.Length == 0 ? [] : Extension(43, Vector(1, Numbers(Versions))),
        ];
        byte[] body = [3, 3, .. new byte[32], .. Vector(1, new byte[32]), .. Vector(2, Numbers(Suites)), 1, 0, .. Vector(2, extensions)];
        byte[] message = [1, .. Vector(3, body)];
        return [.. message.Chunk(record).SelectMany(piece => (byte[])[22, 3, 1, .. Vector(2, piece)])];
    }

    private static byte[] Extension(int type, byte[] value) => [(byte)(type >> 8), (byte)type, .. Vector(2, value)];

    private static byte[] Vector(int lengthBytes, byte[] value) =>
        [.. Enumerable.Range(1, lengthBytes).Select(i => (byte)(value.Length >> (8 * (lengthBytes - i)))), .. value];

    private static byte[] Numbers(ushort[] numbers) => [.. numbers.SelectMany(n => (byte[])[(byte)(n >> 8), (byte)n])];
}
