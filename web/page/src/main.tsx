import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "../style/base.css";
import "../style/shell.css";
import "../style/parts.css";
import "../style/views.css";
import "../style/settings.css";
import { watchForPeople } from "./api";
import { App } from "./app";
import { browserLanguage, setLanguage } from "./text/language";

setLanguage(browserLanguage());
watchForPeople();
render(<App />, document.body);
