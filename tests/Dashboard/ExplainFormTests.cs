using Usher.Dashboard.Pages;
using Usher.Model.Road;
using Usher.Trace;

namespace Usher.Dashboard.Tests;

public sealed class ExplainFormTests
{
    [Theory]
    [InlineData("G T", "https://a/", "", "Method is G T, but must be a token, as GET")]
    [InlineData("GET", "a/b", "", "URL is a/b, but must begin with http:// or https:// and name a host")]
    [InlineData("GET", "ftp://a/b", "", "URL is ftp://a/b, but must begin with http:// or https:// and name a host")]
    [InlineData("GET", "https://a/", "Accept", "Headers has the line Accept, but each must be a name, a colon and a value")]
    [InlineData("GET", "https://a/", "a b: c", "Headers has the line a b: c, but each must be a name, a colon and a value")]
    [InlineData("GET", "https://a/", "", null)]
    [InlineData("PROPFIND", "https://a/b?c=d", "Accept: x|Accept: y", null)]
    public void A_form_is_read_or_says_what_is_wrong(string method, string url, string headers, string? problem)
    {
        var (journey, told) = ExplainForm.Explain(method, url, headers.Split('|', StringSplitOptions.RemoveEmptyEntries), insecure: false, new Explainer([]), Generation.None);

        Assert.Equal(problem, told);
        Assert.Equal(problem is null, journey is not null);
        if (journey is not null) Assert.Equal((method, url), (journey.Method, journey.Url));
    }
}
