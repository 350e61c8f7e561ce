using System.Net;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Trace.Tests;

/// <summary>How a request's URL is written, in the lines of <c>usher up</c> and in journeys.</summary>
public sealed class RequestUrlTests
{
    [Theory]
    [InlineData("api.example.com", "/v1/users?a=b", "https://api.example.com/v1/users?a=b")]
    [InlineData("api.example.com:8443", "/", "https://api.example.com:8443/")]
    // Without a host: where the client connected to.
    [InlineData("", "/v1/users", "https://127.18.0.1:8443/v1/users")]
    // Refused before there was a target.
    [InlineData("", "", "https://127.18.0.1:8443")]
    [InlineData("api.example.com", "*", "*")]
    [InlineData("", "*", "*")]
    [InlineData("api.example.com", "http://api.example.com/v1", "http://api.example.com/v1")]
    public void Url(string host, string target, string expected)
    {
        var record = new RequestRecord
        {
            Hop = Hop.LoadBalancer,
            Generation = new Generation(1, DesiredState.Empty, AddressPlan.Empty, []),
            Downstream = new ConnectionId(IPEndPoint.Parse("127.0.0.1:40000"), IPEndPoint.Parse("127.18.0.1:8443")),
            RequestOnConnection = 1,
            StartedAt = 0,
            StartedOn = DateTimeOffset.UnixEpoch,
            Protocol = "HTTP/1.1",
            Scheme = "https",
            Method = "GET",
            Target = target,
            Host = host,
        };

        Assert.Equal(expected, record.Url);
    }
}
