using System.Buffers;
using System.Text;

namespace Usher.Wire.Tests.Exchanges;

/// <summary>The copy of a body that is given piece by piece.</summary>
public sealed class BodyTapTests
{
    [Fact]
    public async Task What_is_given_is_read_in_order_to_its_end()
    {
        var tap = new BodyTap(100);
        tap.Give(Bytes("ab"));
        tap.Give(Bytes("cd"));
        Assert.Equal("abcd", await ReadAsync(tap));
        tap.Give(Bytes("e"));
        tap.Complete();
        tap.Give(Bytes("never"));
        Assert.Equal("e", await ReadAsync(tap));
        Assert.False(tap.IsGivenUp);
    }

    [Fact]
    public async Task Beyond_its_limit_it_is_given_up_and_its_reader_told()
    {
        var tap = new BodyTap(4);
        tap.Give(Bytes("abcd"));
        Assert.Equal("abcd", await ReadAsync(tap));
        tap.Give(Bytes("efgh"));
        Assert.False(tap.IsGivenUp);
        tap.Give(Bytes("i"));
        Assert.True(tap.IsGivenUp);
        Assert.Equal(HttpViolation.BodyTooLarge, (await Assert.ThrowsAsync<ExchangeException>(async () => await EndAsync(tap))).Violation);
    }

    [Fact]
    public async Task A_read_that_is_canceled_counts_as_advanced()
    {
        var tap = new BodyTap(100);
        var reading = tap.ReadAsync(TestContext.Current.CancellationToken);
        tap.CancelRead();
        Assert.True((await reading).IsCanceled);
        tap.Give(Bytes("a"));
        Assert.Equal("a", await ReadAsync(tap));
    }

    private static async Task EndAsync(BodyTap tap)
    {
        while (true) await ReadAsync(tap);
    }

    private static async Task<string> ReadAsync(BodyTap tap)
    {
        var result = await tap.ReadAsync(TestContext.Current.CancellationToken);
        var text = Encoding.ASCII.GetString(result.Buffer);
        tap.Advance(result.Buffer.Length, result.Buffer.End, result.Buffer.End);
        return text;
    }

    private static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.ASCII.GetBytes(text));
}
