namespace Usher.LoadBalancer;

/// <summary>How a target group keeps a client at its target (ALB user guide, Sticky sessions).</summary>
/// <param name="ApplicationCookie">The application's own cookie that a session hangs on (<c>app_cookie</c>); null when the load balancer's alone does (<c>lb_cookie</c>).</param>
/// <param name="Duration">How long after its last request a client is still kept there, 1 s to 7 days.</param>
internal sealed record StickinessPlan(string? ApplicationCookie, TimeSpan Duration)
{
    /// <summary>The name of the load balancer's own cookie.</summary>
    internal string CookieName => ApplicationCookie is null ? StickyCookies.Target : StickyCookies.Application;
}
