using Usher.Model.Journeys;

namespace Usher.Model.Contracts;

/// <summary>Needs each of some requests as it ends, however busy the road is: the access log of a load balancer that delivers one. Asked for each request of a busy road, on its way.</summary>
public interface IEveryRequest
{
    /// <summary>Whether this request is one of those.</summary>
    bool Wants(RequestRecord first);
}
