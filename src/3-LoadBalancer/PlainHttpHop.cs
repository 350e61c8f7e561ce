using Usher.Model.Journeys;
using Usher.Seam;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>Answers what comes to an HTTPS listener without TLS: 400, whatever is asked.</summary>
internal sealed class PlainHttpHop(LoadBalancerService service) : IHttpHop
{
    public Hop Hop => Hop.LoadBalancer;

    public ValueTask ServeAsync(RequestPassage passage) => service.RefusePlainHttpAsync(passage);

    public ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection) => service.RejectAsync(passage, rejection);
}
