using System.IO.Pipelines;
using System.Text;

namespace Usher.Wire.Tests.Tls;

public sealed class FirstBytesTests
{
    [Theory]
    [InlineData("", false, null)]
    [InlineData("", true, FirstSpoken.Nothing)]
    [InlineData("\u0016", false, FirstSpoken.Tls)]
    [InlineData("\u0016\u0003\u0001", true, FirstSpoken.Tls)]
    [InlineData("P", false, null)]
    [InlineData("PRI", false, null)]
    [InlineData("PRI ", false, FirstSpoken.Http2)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", false, FirstSpoken.Http2)]
    // A client that says no more; another method; no HTTP at all.
    [InlineData("PRI", true, FirstSpoken.Http1)]
    [InlineData("PO", false, FirstSpoken.Http1)]
    [InlineData("PRIV", false, FirstSpoken.Http1)]
    [InlineData("G", false, FirstSpoken.Http1)]
    [InlineData("\0", false, FirstSpoken.Http1)]
    public void The_first_bytes_tell(string heard, bool isAll, FirstSpoken? expected) => Assert.Equal(expected, FirstBytes.Tell(Encoding.Latin1.GetBytes(heard), isAll));

    [Fact]
    public async Task They_are_waited_for_one_by_one_and_stay_to_be_read()
    {
        var pipe = new Pipe();
        var looking = FirstBytes.LookAsync(pipe.Reader, TestContext.Current.CancellationToken).AsTask();
        foreach (var octet in "PRI * HTTP/2.0"u8.ToArray())
        {
            await pipe.Writer.WriteAsync(new[] { octet }, TestContext.Current.CancellationToken);
        }

        Assert.Equal(FirstSpoken.Http2, await looking);
        await pipe.Writer.CompleteAsync();
        using var left = new StreamReader(pipe.Reader.AsStream());
        Assert.Equal("PRI * HTTP/2.0", await left.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("", FirstSpoken.Nothing)]
    [InlineData("PR", FirstSpoken.Http1)]
    public async Task A_client_that_says_no_more_is_not_waited_for(string said, FirstSpoken expected)
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(said), TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();

        Assert.Equal(expected, await FirstBytes.LookAsync(pipe.Reader, TestContext.Current.CancellationToken));
    }
}
