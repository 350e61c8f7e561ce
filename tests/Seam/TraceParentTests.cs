using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Wire;

namespace Usher.Seam.Tests;

public sealed class TraceParentTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Theory]
    [InlineData($"00-{Trace}-b7ad6b7169203331-01", Trace)]
    [InlineData($"00-{Trace}-b7ad6b7169203331-00", Trace)]
    // A later version may have more fields (W3C Trace Context, section 3.2.4); version 00 may not, and ff is forbidden.
    [InlineData($"01-{Trace}-b7ad6b7169203331-01-more", Trace)]
    [InlineData($"01-{Trace}-b7ad6b7169203331-01more", null)]
    [InlineData($"00-{Trace}-b7ad6b7169203331-01-more", null)]
    [InlineData($"ff-{Trace}-b7ad6b7169203331-01", null)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", null)]
    [InlineData($"00-{Trace}-0000000000000000-01", null)]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", null)]
    [InlineData($"00-{Trace}-b7ad6b7169203331", null)]
    [InlineData($"00_{Trace}-b7ad6b7169203331-01", null)]
    [InlineData("", null)]
    public void The_trace_id_is_read_from_a_valid_header_only(string header, string? expected)
    {
        var request = new RequestHead();
        request.SetRequestLine("GET", "/");
        request.Add("Traceparent", header);
        Assert.Equal(expected, TraceOf(request));
    }

    [Fact]
    public void What_is_written_can_be_read()
    {
        var request = new RequestHead();
        request.SetRequestLine("GET", "/");
        Assert.Null(TraceOf(request));
        request.Add("traceparent", TraceParent.Format(Trace, 1));
        Assert.Equal(Trace, TraceOf(request));
    }

    [Theory]
    [InlineData("1-67891233-abcdef012345678912345678", "67891233abcdef012345678912345678")]
    [InlineData("1-67891233-ABCDEF012345678912345678", "67891233abcdef012345678912345678")]
    [InlineData("1-00000000-000000000000000000000000", null)]
    [InlineData("2-67891233-abcdef012345678912345678", null)]
    [InlineData("1-6789123-abcdef0123456789123456789", null)]
    [InlineData("1-67891233-abcdef01234567891234567g", null)]
    [InlineData("1-67891233-abcdef01234567891234567", null)]
    [InlineData("", null)]
    public void A_root_stands_for_a_trace_id_when_it_has_the_documented_form(string root, string? expected) =>
        Assert.Equal(expected, TraceRoot.TraceIdOf(root));

    [Fact]
    public void The_seam_is_registered_once()
    {
        using var services = new ServiceCollection()
            .AddSingleton<IGenerationSource, Generations>().AddSingleton<IJourneyLog, Journal>().AddSingleton(TimeProvider.System).AddSeam().BuildServiceProvider();
        Assert.Same(services.GetRequiredService<UpstreamPool>(), services.GetRequiredService<SeamParts>().Upstreams);
    }

    /// <summary>The trace id that a request's record has once what it brought is noted.</summary>
    private static string? TraceOf(RequestHead request)
    {
        var record = new RequestRecord
        {
            Hop = Hop.LoadBalancer,
            Generation = Generation.None,
            Downstream = new ConnectionId(new IPEndPoint(IPAddress.Loopback, 40_112), new IPEndPoint(IPAddress.Loopback, 8_443)),
            RequestOnConnection = 1,
            StartedAt = 0,
            StartedOn = DateTimeOffset.UnixEpoch,
            Protocol = "HTTP/1.1",
            Method = "GET",
            Target = "/",
            Host = "api.example.com",
        };
        TraceParent.Note(request, record);
        return record.TraceId;
    }
}
